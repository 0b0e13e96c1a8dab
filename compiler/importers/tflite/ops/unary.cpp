#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// One operand, no options.
template <typename OpT> static LogicalResult importUnary(Node &node) {
  FailureOr<Value> input = node.input(0);
  return failed(input) ? failure() : node.emit<OpT>(*input);
}

/// Those that the graph composes, of plain numbers.
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static LogicalResult importComposed(Node &node) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  if (isa<quant::QuantizedType>(getElementTypeOrSelf(*input)))
    return node.unsupported() << "codes";
  return node.setOutput(function(node.build(), input));
}

static MaybeValue relu0To1(NodeBuilder &build, MaybeValue x) {
  return clampBetween(build, x, 0, 1);
}

void registerUnary(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::RELU, importUnary<graph::ReluOp>);
  table.add(BuiltinOperator::RELU6, importUnary<graph::Relu6Op>);
  table.add(BuiltinOperator::RELU_N1_TO_1, importUnary<graph::ReluN1To1Op>);
  table.add(BuiltinOperator::LOGISTIC, importUnary<graph::SigmoidOp>);
  table.add(BuiltinOperator::TANH, importUnary<graph::TanhOp>);
  table.add(BuiltinOperator::HARD_SWISH, importUnary<graph::HardSwishOp>);
  table.add(BuiltinOperator::EXP, importUnary<graph::ExpOp>);
  table.add(BuiltinOperator::LOG, importUnary<graph::LogOp>);
  table.add(BuiltinOperator::SQRT, importUnary<graph::SqrtOp>);
  table.add(BuiltinOperator::RSQRT, importUnary<graph::RsqrtOp>);
  table.add(BuiltinOperator::ABS, importUnary<graph::AbsOp>);
  table.add(BuiltinOperator::NEG, importUnary<graph::NegOp>);
  table.add(BuiltinOperator::FLOOR, importUnary<graph::FloorOp>);
  table.add(BuiltinOperator::CEIL, importUnary<graph::CeilOp>);
  table.add(BuiltinOperator::ROUND, importUnary<graph::RoundOp>);
  table.add(BuiltinOperator::SIN, importUnary<graph::SinOp>);
  table.add(BuiltinOperator::COS, importUnary<graph::CosOp>);
  table.add(BuiltinOperator::SIGN, importComposed<sign>);
  table.add(BuiltinOperator::RELU_0_TO_1, importComposed<relu0To1>);
  table.add(BuiltinOperator::LOGICAL_NOT, importUnary<graph::LogicalNotOp>);
}

} // namespace tandem::tflite
