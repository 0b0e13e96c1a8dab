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

void registerBinary(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::MAXIMUM, importBinary<graph::MaximumOp>);
  table.add(BuiltinOperator::MINIMUM, importBinary<graph::MinimumOp>);
  table.add(BuiltinOperator::POW, importBinary<graph::PowOp>);
  table.add(BuiltinOperator::SQUARED_DIFFERENCE, importBinary<graph::SquaredDifferenceOp>);
  table.add(BuiltinOperator::PRELU, importBinary<graph::PreluOp>);
}

} // namespace tandem::tflite
