#include "compiler/importers/common/grid_sample.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// GridSample; the modes' names changed with opset 20.
static MaybeValue importGridSample(OnnxNode &node) {
  std::string mode = node.string("mode", node.opset() < 20 ? "bilinear" : "linear");
  std::string padding = node.string("padding_mode", "zeros");
  bool alignCorners = node.flag("align_corners", false);
  MaybeValue image = node.input(0), grid = node.input(1);
  if (node.failed() || failed(image) || failed(grid))
    return failure();
  Sampling sampling = Sampling::kNearest;
  if (mode == "linear" || mode == "bilinear")
    sampling = Sampling::kLinear;
  else if (mode == "cubic" || mode == "bicubic")
    sampling = Sampling::kCubic;
  else if (mode != "nearest")
    return node.invalid("'mode' is '" + mode + "', which the format does not have");
  Outside outside = Outside::kZero;
  if (padding == "border")
    outside = Outside::kBorder;
  else if (padding == "reflection")
    outside = Outside::kReflection;
  else if (padding != "zeros")
    return node.invalid("'padding_mode' is '" + padding + "', which the format does not have");
  return gridSample(node, image, grid, sampling, outside, alignCorners);
}

/// AffineGrid: the size is [batch, channel, spatial...].
static MaybeValue importAffineGrid(OnnxNode &node) {
  MaybeValue theta = node.input(0);
  FailureOr<SmallVector<int64_t>> size = node.ints(1, "the size");
  bool alignCorners = node.flag("align_corners", false);
  if (node.failed() || failed(theta) || failed(size))
    return failure();
  if (size->size() < 3)
    return node.invalid("a size of " + shapeText(*size));
  return affineGrid(node, theta, ArrayRef(*size).drop_front(2), alignCorners);
}

void registerGrid(OpTable &table) {
  table.add("GridSample", importGridSample, Takes::kReals);
  table.add("AffineGrid", importAffineGrid, Takes::kReals);
}

} // namespace tandem::onnx
