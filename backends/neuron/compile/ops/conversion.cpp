// Between element types.
#include "backends/neuron/compile/handlers.h"
#include "backends/neuron/compile/product_with_ones.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

/// The input's elements as an image: a tensor of fewer dimensions gets them in front.
ImageShape imageOf(Value value) {
  ArrayRef<int64_t> shape = graph::tensorType(value).getShape();
  ImageShape image = {1, 1, 1, 1};
  llvm::copy(shape, image.end() - shape.size());
  return image;
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
    return addProductWithOnes(quantize.getInput(), imageOf(quantize.getInput()),
                              imageOf(quantize.getInput()), 1, quantize.getResult(), network);
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
