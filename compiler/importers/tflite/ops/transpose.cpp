#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

static LogicalResult importTranspose(Node &node) {
  FailureOr<Value> input = node.input(0);
  auto permutation = node.constantInts(1, "the permutation");
  if (failed(input) || failed(permutation))
    return failure();
  for (int64_t &axis : *permutation) {
    FailureOr<int64_t> fromFront = node.axis(axis, shapeOf(*input).size());
    if (failed(fromFront))
      return failure();
    axis = *fromFront;
  }
  return node.emit<graph::TransposeOp>(*input, ArrayRef<int64_t>(*permutation));
}

void registerTranspose(OpTable &table) {
  table.add(schema::BuiltinOperator::TRANSPOSE, importTranspose);
}

} // namespace tandem::tflite
