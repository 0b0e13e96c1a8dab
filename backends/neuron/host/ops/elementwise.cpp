// Operations on one element at a time.

#include "backends/neuron/host/node.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// Both operands, when their shapes broadcast.
FailureOr<std::pair<Value, Value>> readPair(Node &node) {
  MaybeValue lhs = node.value(0), rhs = node.value(1);
  if (failed(lhs) || failed(rhs))
    return failure();
  SmallVector<int64_t> result;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(*lhs), shapeOf(*rhs), result))
    return node.invalid() << "shapes " << shapeText(shapeOf(*lhs)) << " and "
                          << shapeText(shapeOf(*rhs)) << " do not broadcast";
  return std::pair(*lhs, *rhs);
}

template <typename OpT> LogicalResult writeArithmetic(Node &node) {
  auto operands = readPair(node);
  auto activation = node.fuse(2);
  if (failed(operands) || failed(activation))
    return failure();
  return node.emit<OpT>(operands->first, operands->second, *activation);
}

template <typename OpT> LogicalResult writePair(Node &node) {
  auto operands = readPair(node);
  return failed(operands) ? failure() : node.emit<OpT>(operands->first, operands->second);
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

template <typename OpT> LogicalResult writeUnary(Node &node) {
  MaybeValue input = node.value(0);
  return failed(input) ? failure() : node.emit<OpT>(*input);
}

/// 0 - x for integers, which have no neg.
MaybeValue negative(Node &node, Value input) {
  if (!getElementTypeOrSelf(input).isInteger(32))
    return node.makeLike<graph::NegOp>(input);
  return node.makeLike<graph::SubOp>(node.integerTensor(0), input, graph::Activation::None);
}

LogicalResult writeNeg(Node &node) {
  MaybeValue input = node.value(0);
  return failed(input) ? failure() : node.setResult(negative(node, *input));
}

LogicalResult writeAbs(Node &node) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  if (!getElementTypeOrSelf(*input).isInteger(32))
    return node.emit<graph::AbsOp>(*input);
  return node.setResult(node.makeLike<graph::MaximumOp>(*input, negative(node, *input)));
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
  table.add(NEURON_DIV, writeArithmetic<graph::DivOp>);
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
  table.add(NEURON_ABS, writeAbs);
  table.add(NEURON_NEG, writeNeg);
  table.add(NEURON_SOFTMAX, writeSoftmax);
  table.add("MTKEXT_RSQRT", writeUnary<graph::RsqrtOp>);
  table.add("MTKEXT_SQUARED_DIFFERENCE", writePair<graph::SquaredDifferenceOp>);
}

} // namespace tandem::neuron::host
