#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// TOPK_V2: values and indices; what nobody reads of them goes away.
static LogicalResult importTopK(Node &node) {
  FailureOr<Value> input = node.input(0);
  FailureOr<int64_t> k = node.constantInt(1, "the number of elements");
  FailureOr<Type> values = node.outputType(0), indices = node.outputType(1);
  if (failed(input) || failed(k) || failed(values) || failed(indices))
    return failure();
  if (!indices->isSignlessInteger(32))
    return node.unsupported() << "indices that are not i32";
  auto count = static_cast<uint64_t>(*k);
  NodeBuilder &build = node.build();
  if (failed(node.setOutput(build.createTyped<graph::TopKValuesOp>(*values, *input, count), 0)))
    return failure();
  return node.setOutput(build.createTyped<graph::TopKIndicesOp>(*indices, *input, count), 1);
}

void registerTopK(OpTable &table) {
  table.add(schema::BuiltinOperator::TOPK_V2, importTopK);
}

} // namespace tandem::tflite
