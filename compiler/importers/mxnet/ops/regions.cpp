// What detectors do with regions of an image, and convolutions that are told where to look.
#include "compiler/importers/common/regions.h"

#include "compiler/importers/common/deformable.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

static FailureOr<RegionGrid> readGrid(SymbolNode &node) {
  Ints size = node.integers("pooled_size");
  double scale = node.number("spatial_scale");
  if (node.failed())
    return failure();
  if (size.size() != 2)
    return node.invalid("'pooled_size' has " + Twine(size.size()) + " numbers, expected 2");
  return RegionGrid{size[0], size[1], scale};
}

static MaybeValue importRoiAlign(SymbolNode &node) {
  FailureOr<RegionGrid> grid = readGrid(node);
  RegionSampling sampling = {node.integer("sample_ratio", -1), node.flag("aligned", false)};
  bool isPositionSensitive = node.flag("position_sensitive", false);
  if (failed(grid) || node.failed())
    return failure();
  if (isPositionSensitive)
    return node.unsupported("channels that depend on the position");
  if (sampling.samples < 1)
    return node.unsupported("as many samples as a region is large ('sample_ratio' is not above 0)");
  return alignRegions(node, node.input(0), splitRegions(node, node.input(1)), *grid, sampling);
}

static MaybeValue importRoiPooling(SymbolNode &node) {
  FailureOr<RegionGrid> grid = readGrid(node);
  if (failed(grid))
    return failure();
  return poolRegions(node, node.input(0), splitRegions(node, node.input(1)), *grid);
}

/// Both forms: the second has a mask behind the offsets, and blends what is at the image's edge.
static MaybeValue importDeformable(SymbolNode &node, bool hasMask) {
  Ints ones = {1, 1}, zeros = {0, 0}, kernel = node.integers("kernel");
  Ints strides = node.integers("stride", ones), dilations = node.integers("dilate", ones),
       padding = node.integers("pad", zeros);
  DeformableConvolution how;
  how.groups = node.integer("num_group", 1);
  how.offsetGroups = node.integer("num_deformable_group", 1);
  how.blendsEdges = hasMask;
  bool hasBias = !node.flag("no_bias", false);
  if (node.failed())
    return failure();
  for (Ints *numbers : {&strides, &dilations, &padding}) // () is the default too
    if (numbers->empty())
      *numbers = numbers == &padding ? zeros : ones;
  if (kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2 || padding.size() != 2)
    return node.unsupported("a kernel of " + shapeText(kernel) + ", only images are");
  for (int d = 0; d < 2; ++d) {
    how.kernel[d] = kernel[d];
    how.strides[d] = strides[d];
    how.dilations[d] = dilations[d];
    how.padding[d] = padding[d];
  }
  size_t filter = hasMask ? 3 : 2;
  return deformableConvolution(node,
                               {node.input(0), node.input(filter), node.input(1),
                                hasMask ? node.input(2) : MaybeValue(Value()),
                                hasBias ? node.input(filter + 1) : MaybeValue(Value())},
                               how);
}
static MaybeValue importDeformableConvolution(SymbolNode &node) {
  return importDeformable(node, /*hasMask=*/false);
}
static MaybeValue importModulatedConvolution(SymbolNode &node) {
  return importDeformable(node, /*hasMask=*/true);
}

void registerRegions(OpTable &table) {
  table.add("_contrib_ROIAlign", importRoiAlign);
  table.add("ROIPooling", importRoiPooling);
  table.add("_contrib_DeformableConvolution", importDeformableConvolution);
  table.add("_contrib_ModulatedDeformableConvolution", importModulatedConvolution);
}

} // namespace tandem::mxnet
