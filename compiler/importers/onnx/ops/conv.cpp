#include "compiler/importers/onnx/convolution.h"

using namespace mlir;

namespace tandem::onnx {

/// Conv: https://onnx.ai/onnx/operators/onnx__Conv.html; the filter is [output, input / group,
/// ...].
static MaybeValue importConv(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<Filter> filter = readFilter(node, *input, 1);
  MaybeValue image = node.image(0), bias = node.optionalInput(2);
  if (failed(filter) || failed(image) || failed(bias))
    return failure();
  Type type = getElementTypeOrSelf(*input);
  MaybeValue result = convolve(node, *image, *filter, bias, type);
  return toRank(node, result, shapeOf(*input).size());
}

void registerConv(OpTable &table) {
  table.add("Conv", importConv);
}

} // namespace tandem::onnx
