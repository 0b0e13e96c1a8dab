#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// What detectors do of two stages: each region of an image is brought to one size. Regions are
// [count, 4], of each x and y of two corners, in the coordinates of the picture that the image was
// made of; `images` [count] tells which image of the batch, and an image is [batch, channel,
// height, width]. The result is [count, channel, height, width]. Each is failed when an operand is.

/// [count, 5] as frameworks have it too: which image, then the corners.
struct Regions {
  MaybeValue corners = mlir::failure(), images = mlir::failure();
};
Regions splitRegions(NodeBuilder &build, MaybeValue rows);

struct RegionGrid {
  int64_t height = 1, width = 1;
  double scale = 1; ///< from the picture to the image
};

/// How RoiAlign (He et al. 2017) makes an element: of `samples` squared places within its part of
/// the region.
struct RegionSampling {
  int64_t samples = 1;
  bool isHalfPixel = true; ///< corners are edges of elements; else their middles, and no region is
                           ///< smaller than one
  bool takesLargest = false; ///< of the products of all elements and their weights, as ONNX has it;
                             ///< else the mean of the places
};
MaybeValue alignRegions(NodeBuilder &build, MaybeValue image, const Regions &regions,
                        const RegionGrid &grid, const RegionSampling &sampling);

/// The largest element of each part (Girshick 2015): corners and parts are rounded to whole
/// elements, and a part outside of the image is 0.
MaybeValue poolRegions(NodeBuilder &build, MaybeValue image, const Regions &regions,
                       const RegionGrid &grid);

} // namespace tandem
