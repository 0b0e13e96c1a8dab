// Between element types.
#include "backends/neuron/compile/handlers.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

/// From reals; or from codes of the other sign, which where all codes are unsigned are the same
/// bytes.
void emitQuantize(Operation *op, NetworkWriter &network) {
  auto quantize = cast<graph::QuantizeOp>(op);
  OperandId input = network.tensor(quantize.getInput());
  OperandType from = network.typeOf(quantize.getInput()), to = network.typeOf(quantize.getResult());
  if (!graph::isQuantized(quantize.getInput().getType()))
    return network.add(NEURON_QUANTIZE, {input}, quantize.getResult());
  if (from.code != to.code)
    return network.addExtension("requantizemtk", {input}, quantize.getResult());
  network.add(NEURON_RESHAPE, {input, network.shapeOf(quantize.getResult())}, quantize.getResult());
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
