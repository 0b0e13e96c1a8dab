#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

/// TRANSPOSE_CONV: inputs are the result's shape, the filter, the image, and maybe a bias. The
/// padding is that of the convolution from the result back to the image.
static LogicalResult importTransposeConv(Node &node) {
  auto options = node.options<schema::TransposeConvOptions>();
  auto size = node.constantInts(0, "the output shape");
  FailureOr<Value> filter = node.input(1), input = node.input(2), bias = biasOf(node, 3);
  if (failed(options) || failed(size) || failed(filter) || failed(input) || failed(bias))
    return failure();
  auto image = imageSize(node, *input), kernel = imageSize(node, *filter);
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(image) || failed(kernel) || failed(activation))
    return failure();
  if (size->size() != 4 || !hasSaneSize(*size))
    return node.invalid() << "the output shape is " << shapeText(*size) << ", expected rank 4";
  Window window = {*kernel, {(*options)->stride_h(), (*options)->stride_w()}};
  auto padding = paddingOf(node, (*options)->padding(), {(*size)[1], (*size)[2]}, window);
  if (failed(padding))
    return failure();
  for (int i = 0; i < 2; ++i) { // what the given result leaves of (image - 1) * stride + kernel
    int64_t full = ((*image)[i] - 1) * window.stride[i] + window.size[i];
    padding->high[i] = full - padding->low[i] - (*size)[1 + i];
    if (padding->high[i] < 0)
      return node.unsupported() << "an output beyond what the filter reaches";
  }
  return node.emit<graph::TransposeConv2dOp>(
      *input, *filter, *bias, ArrayRef<int64_t>(window.stride), ArrayRef<int64_t>(padding->low),
      ArrayRef<int64_t>(padding->high), *activation);
}

void registerTransposeConv(OpTable &table) {
  table.add(schema::BuiltinOperator::TRANSPOSE_CONV, importTransposeConv);
}

} // namespace tandem::tflite
