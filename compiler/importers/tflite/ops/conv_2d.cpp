#include "compiler/importers/tflite/convolution.h"

using namespace mlir;

namespace tandem::tflite {

/// CONV_2D: input NHWC, filter OHWI, bias. Fewer filter than input channels means groups.
static LogicalResult importConv2d(Node &node) {
  FailureOr<Convolution> conv = convolutionOf<schema::Conv2DOptions>(node);
  if (failed(conv))
    return failure();
  int64_t channels = shapeOf(conv->input)[3], perGroup = shapeOf(conv->filter)[3];
  uint64_t groups = perGroup > 0 && channels % perGroup == 0 ? channels / perGroup : 1;
  return node.emit<graph::Conv2dOp>(
      conv->input, conv->filter, conv->bias, ArrayRef<int64_t>(conv->window.stride),
      ArrayRef<int64_t>(conv->window.dilation), ArrayRef<int64_t>(conv->padding.low),
      ArrayRef<int64_t>(conv->padding.high), groups, conv->activation);
}

void registerConv2d(OpTable &table) {
  table.add(schema::BuiltinOperator::CONV_2D, importConv2d);
}

} // namespace tandem::tflite
