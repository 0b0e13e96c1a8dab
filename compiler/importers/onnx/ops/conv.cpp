#include "compiler/importers/common/volumes.h"
#include "compiler/importers/onnx/convolution.h"

using namespace mlir;

namespace tandem::onnx {

/// Of a volume [batch, channel, depth, height, width].
static MaybeValue convolveVolume(OnnxNode &node, Value input) {
  int64_t groups = node.integer("group", 1);
  FailureOr<SmallVector<int64_t>> filter = filterShape(node, input, 1, groups);
  if (failed(filter))
    return failure();
  FailureOr<VolumeWindow> window = readVolumeWindow(node, shapeOf(input), *filter);
  MaybeValue weight = node.transposed(1, {0, 3, 4, 2, 1}), bias = node.optionalInput(2);
  if (failed(window))
    return failure();
  return toNcdhw(node, convolveVolume(node, toNdhwc(node, input), weight, bias, *window, groups));
}

/// Conv: https://onnx.ai/onnx/operators/onnx__Conv.html; the filter is [output, input / group,
/// ...].
MaybeValue importConv(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (shapeOf(*input).size() == 5)
    return convolveVolume(node, *input);
  FailureOr<Filter> filter = readFilter(node, *input, 1);
  MaybeValue image = node.image(0), bias = node.optionalInput(2);
  if (failed(filter) || failed(image) || failed(bias))
    return failure();
  Type type = getElementTypeOrSelf(*input);
  MaybeValue result = convolve(node, *image, *filter, bias, type);
  return toRank(node, result, shapeOf(*input).size());
}

void registerConv(OpTable &table) {
  table.add("Conv", importConv, Takes::kReals);
}

} // namespace tandem::onnx
