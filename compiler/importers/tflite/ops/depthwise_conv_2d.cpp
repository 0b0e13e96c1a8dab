#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

/// DEPTHWISE_CONV_2D: the filter is 1HWC; its channels say the multiplier, which the options
/// repeat.
static LogicalResult importDepthwiseConv2d(Node &node) {
  auto options = node.options<schema::DepthwiseConv2DOptions>();
  FailureOr<Value> input = node.input(0), filter = node.input(1), bias = biasOf(node, 2);
  if (failed(options) || failed(input) || failed(filter) || failed(bias))
    return failure();
  auto image = imageSize(node, *input), kernel = imageSize(node, *filter);
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(image) || failed(kernel) || failed(activation))
    return failure();
  Window window = {*kernel,
                   {(*options)->stride_h(), (*options)->stride_w()},
                   {(*options)->dilation_h_factor(), (*options)->dilation_w_factor()}};
  FailureOr<Padding2d> padding = paddingOf(node, (*options)->padding(), *image, window);
  if (failed(padding))
    return failure();
  return node.emit<graph::DepthwiseConv2dOp>(
      *input, *filter, *bias, ArrayRef<int64_t>(window.stride), ArrayRef<int64_t>(window.dilation),
      ArrayRef<int64_t>(padding->low), ArrayRef<int64_t>(padding->high), *activation);
}

void registerDepthwiseConv2d(OpTable &table) {
  table.add(schema::BuiltinOperator::DEPTHWISE_CONV_2D, importDepthwiseConv2d);
}

} // namespace tandem::tflite
