#include "compiler/importers/tflite/convolution.h"
#include "compiler/importers/tflite/hybrid.h"

using namespace mlir;

namespace tandem::tflite {

/// CONV_2D: input NHWC, filter OHWI, bias. Fewer filter than input channels means groups.
static LogicalResult importConv2d(Node &node) {
  FailureOr<Convolution> conv = convolutionOf<schema::Conv2DOptions>(node);
  if (failed(conv))
    return failure();
  int64_t channels = shapeOf(conv->input)[3], perGroup = shapeOf(conv->filter)[3];
  uint64_t groups = perGroup > 0 && channels % perGroup == 0 ? channels / perGroup : 1;
  auto convolve = [&](Type type, MaybeValue input, MaybeValue filter, Value bias,
                      graph::Activation activation) {
    return node.build().createTyped<graph::Conv2dOp>(
        type, input, filter, bias, ArrayRef<int64_t>(conv->window.stride),
        ArrayRef<int64_t>(conv->window.dilation), ArrayRef<int64_t>(conv->padding.low),
        ArrayRef<int64_t>(conv->padding.high), groups, activation);
  };
  FailureOr<Type> type = node.outputType();
  if (failed(type))
    return failure();
  Quantization quantization = graph::quantizationOf(getElementTypeOrSelf(conv->filter));
  if (!type->isF32() || quantization.scales.size() != 1)
    return node.setOutput(convolve(*type, conv->input, conv->filter, conv->bias, conv->activation));
  // Of hybrid convolutions LiteRT gives only those of a scale per channel a zero point.
  SymmetricCodes input = symmetricCodes(node.build(), conv->input);
  FilterCodes filter = filterCodes(node.build(), conv->filter);
  MaybeValue sum = convolve(*type, input.codes, filter.codes, Value(), graph::Activation::None);
  return node.setOutput(
      symmetricSum(node.build(), sum, input, filter, conv->bias, conv->activation));
}

void registerConv2d(OpTable &table) {
  table.add(schema::BuiltinOperator::CONV_2D, importConv2d);
}

} // namespace tandem::tflite
