// Operations on one element at a time.

#include "backends/neuron/host/pair.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
template <typename OpT> LogicalResult writeArithmetic(Node &node) {
  auto operands = readPair(node);
  auto activation = node.fuse(2);
  if (failed(operands) || failed(activation))
    return failure();
  return node.emit<OpT>(operands->first, operands->second, *activation);
}

/// LiteRT's plugin gives a quantized operation slopes in float.
LogicalResult writePrelu(Node &node) {
  auto operands = readPair(node);
  if (failed(operands))
    return failure();
  auto [input, slope] = *operands;
  if (graph::isQuantized(input.getType()) == graph::isQuantized(slope.getType()))
    return node.emit<graph::PreluOp>(input, slope);
  return node.setResult(
      node.make<graph::PreluOp>(node.f32(), node.real32(input), node.real32(slope)));
}

/// Of whole numbers the quotient is rounded down.
LogicalResult writeDiv(Node &node) {
  auto operands = readPair(node);
  auto activation = node.fuse(2);
  if (failed(operands) || failed(activation))
    return failure();
  auto [lhs, rhs] = *operands;
  if (!getElementTypeOrSelf(lhs).isInteger(32))
    return node.emit<graph::DivOp>(lhs, rhs, *activation);
  if (*activation != graph::Activation::None)
    return node.unsupported() << "an activation of whole numbers";
  return node.emit<graph::FloorDivOp>(lhs, rhs);
}

LogicalResult writeSoftmax(Node &node) {
  MaybeValue input = node.value(0);
  auto beta = node.real(1);
  if (failed(input) || failed(beta))
    return failure();
  auto axis = node.axisOf(*input, 2, /*absent=*/-1);
  if (failed(axis))
    return failure();
  return node.emit<graph::SoftmaxOp>(*input, static_cast<uint64_t>(*axis), llvm::APFloat(*beta));
}
} // namespace

void registerElementwise(HandlerTable &table) {
  table.add(NEURON_ADD, writeArithmetic<graph::AddOp>);
  table.add(NEURON_SUB, writeArithmetic<graph::SubOp>);
  table.add(NEURON_MUL, writeArithmetic<graph::MulOp>);
  table.add(NEURON_DIV, writeDiv);
  table.add(NEURON_MAXIMUM, writePair<graph::MaximumOp>);
  table.add(NEURON_MINIMUM, writePair<graph::MinimumOp>);
  table.add(NEURON_POW, writePair<graph::PowOp>);
  table.add(NEURON_PRELU, writePrelu);
  table.add(NEURON_RELU, writeUnary<graph::ReluOp>);
  table.add(NEURON_RELU1, writeUnary<graph::ReluN1To1Op>);
  table.add(NEURON_RELU6, writeUnary<graph::Relu6Op>);
  table.add(NEURON_LOGISTIC, writeUnary<graph::SigmoidOp>);
  table.add(NEURON_TANH, writeUnary<graph::TanhOp>);
  table.add(NEURON_HARD_SWISH, writeUnary<graph::HardSwishOp>);
  table.add(NEURON_EXP, writeUnary<graph::ExpOp>);
  table.add(NEURON_SQRT, writeUnary<graph::SqrtOp>);
  table.add(NEURON_RSQRT, writeUnary<graph::RsqrtOp>);
  table.add(NEURON_FLOOR, writeUnary<graph::FloorOp>);
  table.add(NEURON_ABS, writeUnary<graph::AbsOp>);
  table.add(NEURON_NEG, writeUnary<graph::NegOp>);
  table.add(NEURON_SOFTMAX, writeSoftmax);
  table.add("MTKEXT_RSQRT", writeUnary<graph::RsqrtOp>);
  table.add("MTKEXT_SQUARED_DIFFERENCE", writePair<graph::SquaredDifferenceOp>);
}

} // namespace tandem::neuron::host
