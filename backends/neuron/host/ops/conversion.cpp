// QUANTIZE, DEQUANTIZE, CAST and the requantization.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// From real numbers, or from codes to codes of another scale or sign.
LogicalResult writeQuantize(Node &node) {
  MaybeValue input = node.value(0);
  return failed(input) ? failure() : node.emit<graph::QuantizeOp>(*input);
}

LogicalResult writeDequantize(Node &node) {
  MaybeValue input = node.value(0);
  return failed(input) ? failure() : node.emit<graph::DequantizeOp>(*input);
}

/// The codes as whole numbers in f32: real / scale + zero point, rounded to what it was.
MaybeValue codesAsNumbers(Node &node, Value codes) {
  Quantization quantization = graph::quantizationOf(getElementTypeOrSelf(codes));
  if (quantization.perChannel())
    return node.unsupported() << "codes with scales per channel";
  NodeBuilder &build = node.build();
  MaybeValue real = node.real32(codes);
  if (failed(real))
    return failure();
  MaybeValue steps = node.makeLike<graph::DivOp>(
      real, build.scalarLike(*real, quantization.scales[0]), graph::Activation::None);
  MaybeValue nearly = node.makeLike<graph::AddOp>(
      steps, build.scalarLike(*real, quantization.zeroPoints[0] + 0.5), graph::Activation::None);
  return node.makeLike<graph::FloorOp>(nearly);
}

/// Whole numbers in f32 as codes of the same value.
MaybeValue numbersAsCodes(Node &node, MaybeValue numbers, Type type) {
  Quantization quantization = graph::quantizationOf(type);
  if (failed(numbers))
    return failure();
  NodeBuilder &build = node.build();
  MaybeValue steps = node.makeLike<graph::SubOp>(
      numbers, build.scalarLike(*numbers, quantization.zeroPoints[0]), graph::Activation::None);
  MaybeValue real = node.makeLike<graph::MulOp>(
      steps, build.scalarLike(*numbers, quantization.scales[0]), graph::Activation::None);
  return node.make<graph::QuantizeOp>(type, real);
}

/// Copies numbers: scale and zero point mean nothing to it, a code is a whole number.
LogicalResult writeCast(Node &node) {
  MaybeValue input = node.value(0);
  FailureOr<Type> type = node.resultType();
  if (failed(input) || failed(type))
    return failure();
  Type from = getElementTypeOrSelf(*input);
  bool toHalf = node.output().type == NEURON_TENSOR_FLOAT16;
  if (from == *type && !toHalf)
    return node.setResult(input);
  MaybeValue numbers = graph::isQuantized(from) ? codesAsNumbers(node, *input) : input;
  if (toHalf) { // computed in f32 from here on, but what is asked for is the rounding
    if (succeeded(numbers) && !getElementTypeOrSelf(*numbers).isF32())
      numbers = node.make<graph::CastOp>(node.f32(), numbers);
    MaybeValue rounded = node.make<graph::CastOp>(node.builder().getF16Type(), numbers);
    return node.setResult(node.make<graph::CastOp>(node.f32(), rounded));
  }
  if (!graph::isQuantized(*type))
    return node.setResult(node.make<graph::CastOp>(*type, numbers));
  if (succeeded(numbers) && getElementTypeOrSelf(*numbers).isF32()) // a fraction is cut off
    numbers = node.make<graph::CastOp>(node.builder().getI32Type(), numbers);
  return node.setResult(numbersAsCodes(node, node.make<graph::CastOp>(node.f32(), numbers), *type));
}
} // namespace

void registerConversion(HandlerTable &table) {
  table.add(NEURON_QUANTIZE, writeQuantize);
  table.add(NEURON_DEQUANTIZE, writeDequantize);
  table.add(NEURON_CAST, writeCast);
  table.add("requantizemtk", writeQuantize);
}

} // namespace tandem::neuron::host
