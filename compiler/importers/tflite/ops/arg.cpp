#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// ARG_MAX and ARG_MIN.
template <typename OpT> static LogicalResult importArg(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<int64_t> given = node.constantInt(1, "the axis");
  FailureOr<Type> type = node.outputType();
  if (failed(input) || failed(given) || failed(type))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  if (!type->isSignlessInteger(32) && !type->isSignlessInteger(64))
    return node.invalid() << "the result is not of type i32 or i64";
  return node.emit<OpT>(*input, static_cast<uint64_t>(*axis), /*keepDims=*/false);
}

void registerArg(OpTable &table) {
  table.add(schema::BuiltinOperator::ARG_MAX, importArg<graph::ArgMaxOp>);
  table.add(schema::BuiltinOperator::ARG_MIN, importArg<graph::ArgMinOp>);
}

} // namespace tandem::tflite
