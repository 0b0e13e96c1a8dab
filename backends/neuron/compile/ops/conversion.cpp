// Between element types.
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

/// The value in the dimensions of `image`, reshaped unless it has them.
OperandId imageOf(OperandId value, const OperandType &type, const OperandType &image,
                  NetworkWriter &network) {
  if (type.dimensions == image.dimensions)
    return value;
  OperandId reshaped = network.intermediate(image);
  network.add(NEURON_RESHAPE,
              {value, network.vector(
                          SmallVector<int64_t>(image.dimensions.begin(), image.dimensions.end()))},
              reshaped);
  return reshaped;
}

/// Products with 1, at scale 1: the sums are the codes less their zero points, and are rounded to
/// the result's scale as TFLite requantizes.
void emitRescale(graph::QuantizeOp quantize, NetworkWriter &network) {
  OperandType from = network.typeOf(quantize.getInput()), to = network.typeOf(quantize.getResult());
  OperandType fromImage = from, toImage = to;
  for (OperandType *image : {&fromImage, &toImage})
    image->dimensions.insert(image->dimensions.begin(), 4 - from.dimensions.size(), 1);
  uint32_t channels = from.dimensions.back();
  OperandType filter = {.code = from.code, .dimensions = {1, 1, 1, channels}, .scale = 1};
  OperandType bias = {
      .code = NEURON_TENSOR_INT32, .dimensions = {channels}, .scale = from.scale * filter.scale};
  OperandId image = imageOf(network.tensor(quantize.getInput()), from, fromImage, network);
  SmallVector<OperandId> inputs = {
      image, network.constant(filter, SmallVector<char>(channels, 1)),
      network.constant(bias, SmallVector<char>(channels * sizeof(int32_t), 0))};
  for (int64_t value : {0, 0, 0, 0, 1, 1, 1}) // pads, strides, multiplier
    inputs.push_back(network.integer(value));
  inputs.push_back(network.fuse(graph::Activation::None));
  if (from.dimensions.size() == 4)
    return network.add(NEURON_DEPTHWISE_CONV_2D, inputs, quantize.getResult());
  OperandId rescaled = network.intermediate(toImage);
  network.add(NEURON_DEPTHWISE_CONV_2D, inputs, rescaled);
  network.add(NEURON_RESHAPE, {rescaled, network.shapeOf(quantize.getResult())},
              quantize.getResult());
}

/// From reals, or from codes; where all codes are unsigned, those of the other sign may be the same
/// bytes.
void emitQuantize(Operation *op, NetworkWriter &network) {
  auto quantize = cast<graph::QuantizeOp>(op);
  OperandType from = network.typeOf(quantize.getInput()), to = network.typeOf(quantize.getResult());
  if (!graph::isQuantized(quantize.getInput().getType()))
    return network.add(NEURON_QUANTIZE, {network.tensor(quantize.getInput())},
                       quantize.getResult());
  if (from.code != to.code)
    return network.addExtension("requantizemtk", {network.tensor(quantize.getInput())},
                                quantize.getResult());
  if (from.scale != to.scale || from.zeroPoint != to.zeroPoint)
    return emitRescale(quantize, network);
  network.add(NEURON_RESHAPE,
              {network.tensor(quantize.getInput()), network.shapeOf(quantize.getResult())},
              quantize.getResult());
}

template <NeuronOperationType code> void emitUnary(Operation *op, NetworkWriter &network) {
  network.add(code, {network.tensor(op->getOperand(0))}, op->getResult(0));
}

} // namespace

void registerConversion(HandlerTable &table) {
  table.add<graph::QuantizeOp>(emitQuantize);
  table.add<graph::DequantizeOp>(emitUnary<NEURON_DEQUANTIZE>);
  table.add<graph::CastOp>(emitUnary<NEURON_CAST>);
}

} // namespace tandem::neuron
