// What detectors do with regions of an image, and convolutions that are told where to look.
#include "compiler/importers/common/regions.h"

#include "compiler/importers/common/deformable.h"
#include "compiler/importers/onnx/window.h"

using namespace mlir;

namespace tandem::onnx {

/// RoiAlign; before opset 16 corners were the middles of elements, and there was no attribute.
static MaybeValue importRoiAlign(OnnxNode &node) {
  MaybeValue image = node.input(0), corners = node.input(1), images = node.input(2);
  std::string mode = node.string("mode", "avg");
  std::string corner = node.string("coordinate_transformation_mode",
                                   node.opset() < 16 ? "output_half_pixel" : "half_pixel");
  RegionGrid grid = {node.integer("output_height", 1), node.integer("output_width", 1),
                     node.number("spatial_scale", 1)};
  RegionSampling sampling = {node.integer("sampling_ratio", 0), corner == "half_pixel",
                             mode == "max"};
  if (node.failed() || failed(image))
    return failure();
  if (mode != "max" && mode != "avg")
    return node.invalid("'mode' is '" + mode + "', which the format does not have");
  if (corner != "half_pixel" && corner != "output_half_pixel")
    return node.invalid("'coordinate_transformation_mode' is '" + corner +
                        "', which the format does not have");
  if (sampling.samples < 1)
    return node.unsupported("as many samples as a region is large ('sampling_ratio' 0)");
  return alignRegions(node, image, {corners, images}, grid, sampling);
}

static MaybeValue importMaxRoiPool(OnnxNode &node) {
  MaybeValue image = node.input(0), rows = node.input(1);
  SmallVector<int64_t> shape = node.integers("pooled_shape");
  RegionGrid grid;
  grid.scale = node.number("spatial_scale", 1);
  if (node.failed() || failed(image) || failed(rows))
    return failure();
  if (shape.size() != 2)
    return node.invalid("'pooled_shape' has " + Twine(shape.size()) + " entries, expected 2");
  grid.height = shape[0];
  grid.width = shape[1];
  return poolRegions(node, image, splitRegions(node, rows), grid);
}

static MaybeValue importDeformConv(OnnxNode &node) {
  MaybeValue image = node.input(0), filter = node.input(1);
  if (failed(image) || failed(filter))
    return failure();
  if (shapeOf(*image).size() != 4)
    return node.unsupported("an input of shape " + shapeText(shapeOf(*image)) +
                            ", only images (rank 4) are");
  FailureOr<Window> window = readWindow(node, *image, 2, shapeOf(*filter));
  DeformableConvolution how;
  how.groups = node.integer("group", 1);
  how.offsetGroups = node.integer("offset_group", 1);
  DeformableInputs inputs = {image, filter, node.input(2), node.optionalInput(4),
                             node.optionalInput(3)};
  if (failed(window) || node.failed())
    return failure();
  how.kernel = window->size;
  how.strides = window->stride;
  how.dilations = window->dilation;
  how.padding = window->low;
  return deformableConvolution(node, inputs, how);
}

void registerRegions(OpTable &table) {
  table.add("RoiAlign", importRoiAlign, Takes::kReals);
  table.add("MaxRoiPool", importMaxRoiPool, Takes::kReals);
  table.add("DeformConv", importDeformConv, Takes::kReals);
}

} // namespace tandem::onnx
