#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

/// CONV_2D: input NHWC, filter OHWI, bias. Fewer filter than input channels means groups.
static LogicalResult importConv2d(Node &node) {
  auto options = node.options<schema::Conv2DOptions>();
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
  int64_t channels = shapeOf(*input)[3], perGroup = shapeOf(*filter)[3];
  uint64_t groups = perGroup > 0 && channels % perGroup == 0 ? channels / perGroup : 1;
  return node.emit<graph::Conv2dOp>(
      *input, *filter, *bias, ArrayRef<int64_t>(window.stride), ArrayRef<int64_t>(window.dilation),
      ArrayRef<int64_t>(padding->low), ArrayRef<int64_t>(padding->high), groups, *activation);
}

void registerConv2d(OpTable &table) {
  table.add(schema::BuiltinOperator::CONV_2D, importConv2d);
}

} // namespace tandem::tflite
