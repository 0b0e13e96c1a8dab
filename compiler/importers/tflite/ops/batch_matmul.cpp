#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// BATCH_MATMUL, without broadcasting of the leading dimensions.
static LogicalResult importBatchMatmul(Node &node) {
  auto options = node.options<schema::BatchMatMulOptions>();
  FailureOr<Value> lhs = node.input(0), rhs = node.input(1);
  if (failed(options) || failed(lhs) || failed(rhs))
    return failure();
  ArrayRef<int64_t> left = shapeOf(*lhs), right = shapeOf(*rhs);
  if (left.size() < 2 || right.size() < 2)
    return node.invalid() << "expected operands of rank 2 or more";
  if (left.drop_back(2) != right.drop_back(2))
    return node.unsupported() << "leading dimensions that broadcast";
  return node.emit<graph::BatchMatmulOp>(*lhs, *rhs, (*options)->adj_x(), (*options)->adj_y());
}

void registerBatchMatmul(OpTable &table) {
  table.add(schema::BuiltinOperator::BATCH_MATMUL, importBatchMatmul);
}

} // namespace tandem::tflite
