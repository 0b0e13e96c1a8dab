#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SELECT: shapes do not broadcast, but a condition of rank 1 chooses rows.
static LogicalResult importSelect(Node &node) {
  FailureOr<Value> condition = node.input(0), onTrue = node.input(1), onFalse = node.input(2);
  if (failed(condition) || failed(onTrue) || failed(onFalse))
    return failure();
  size_t rank = shapeOf(*onTrue).size();
  if (shapeOf(*condition).size() == 1 && rank > 1) {
    SmallVector<int64_t> rows(rank, 1);
    rows[0] = shapeOf(*condition)[0];
    condition = node.build().create<graph::ReshapeOp>(*condition, ArrayRef<int64_t>(rows));
    if (failed(condition))
      return failure();
  }
  return node.emit<graph::SelectOp>(*condition, *onTrue, *onFalse);
}

static LogicalResult importSelectV2(Node &node) {
  FailureOr<Value> condition = node.input(0), onTrue = node.input(1), onFalse = node.input(2);
  if (failed(condition) || failed(onTrue) || failed(onFalse))
    return failure();
  return node.emit<graph::SelectOp>(*condition, *onTrue, *onFalse);
}

void registerSelect(OpTable &table) {
  table.add(schema::BuiltinOperator::SELECT, importSelect);
  table.add(schema::BuiltinOperator::SELECT_V2, importSelectV2);
}

} // namespace tandem::tflite
