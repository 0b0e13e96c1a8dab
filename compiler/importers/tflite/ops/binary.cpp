#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// Two operands that broadcast, and no options that matter.
template <typename OpT> static LogicalResult importBinary(Node &node) {
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(lhs) || failed(rhs))
    return failure();
  return node.emit<OpT>(*lhs, *rhs);
}

static LogicalResult importAtan2(Node &node) {
  return node.setOutput(arcTangent(node.build(), node.input(0), node.input(1)));
}

static LogicalResult importSquare(Node &node) {
  FailureOr<Value> input = node.input(0);
  return failed(input) ? failure()
                       : node.emit<graph::MulOp>(*input, *input, graph::Activation::None);
}

void registerBinary(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::MAXIMUM, importBinary<graph::MaximumOp>);
  table.add(BuiltinOperator::MINIMUM, importBinary<graph::MinimumOp>);
  table.add(BuiltinOperator::POW, importBinary<graph::PowOp>);
  table.add(BuiltinOperator::SQUARED_DIFFERENCE, importBinary<graph::SquaredDifferenceOp>);
  table.add(BuiltinOperator::PRELU, importBinary<graph::PreluOp>);
  table.add(BuiltinOperator::FLOOR_DIV, importBinary<graph::FloorDivOp>);
  table.add(BuiltinOperator::FLOOR_MOD, importBinary<graph::FloorModOp>);
  table.add(BuiltinOperator::EQUAL, importBinary<graph::EqualOp>);
  table.add(BuiltinOperator::NOT_EQUAL, importBinary<graph::NotEqualOp>);
  table.add(BuiltinOperator::LESS, importBinary<graph::LessOp>);
  table.add(BuiltinOperator::LESS_EQUAL, importBinary<graph::LessEqualOp>);
  table.add(BuiltinOperator::GREATER, importBinary<graph::GreaterOp>);
  table.add(BuiltinOperator::GREATER_EQUAL, importBinary<graph::GreaterEqualOp>);
  table.add(BuiltinOperator::LOGICAL_AND, importBinary<graph::LogicalAndOp>);
  table.add(BuiltinOperator::LOGICAL_OR, importBinary<graph::LogicalOrOp>);
  table.add(BuiltinOperator::BITWISE_XOR, importBinary<graph::BitwiseXorOp>);
  table.add(BuiltinOperator::RIGHT_SHIFT, importBinary<graph::ShiftRightOp>);
  table.add(BuiltinOperator::ATAN2, importAtan2);
  table.add(BuiltinOperator::SQUARE, importSquare);
}

} // namespace tandem::tflite
