#include "compiler/importers/tflite/convolution.h"

using namespace mlir;

namespace tandem::tflite {

/// DEPTHWISE_CONV_2D: the filter is 1HWC; its channels say the multiplier, which the options
/// repeat.
static LogicalResult importDepthwiseConv2d(Node &node) {
  FailureOr<Convolution> conv = convolutionOf<schema::DepthwiseConv2DOptions>(node);
  if (failed(conv))
    return failure();
  return node.emit<graph::DepthwiseConv2dOp>(
      conv->input, conv->filter, conv->bias, ArrayRef<int64_t>(conv->window.stride),
      ArrayRef<int64_t>(conv->window.dilation), ArrayRef<int64_t>(conv->padding.low),
      ArrayRef<int64_t>(conv->padding.high), conv->activation);
}

void registerDepthwiseConv2d(OpTable &table) {
  table.add(schema::BuiltinOperator::DEPTHWISE_CONV_2D, importDepthwiseConv2d);
}

} // namespace tandem::tflite
