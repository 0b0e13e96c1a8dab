#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::tflite {

/// TFLite refuses to run with an index outside; graph takes the nearest.
static LogicalResult checkIndices(Node &node, size_t index, Value indices, int64_t size) {
  if (!graph::constantOf(indices))
    return success();
  auto values = node.constantInts(index, "the list of indices");
  if (failed(values))
    return failure();
  for (int64_t value : *values)
    if (value < 0 || value >= size)
      return node.invalid() << "index " << value << " in a dimension of " << size;
  return success();
}

static LogicalResult emitGather(Node &node, Value input, size_t index, int64_t axis) {
  FailureOr<Value> indices = node.input(index);
  if (failed(indices) || failed(checkIndices(node, index, *indices, shapeOf(input)[axis])))
    return failure();
  Type type = getElementTypeOrSelf(*indices);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return node.unsupported() << "indices that are not i32 or i64";
  return node.emit<graph::GatherOp>(input, *indices, static_cast<uint64_t>(axis));
}

static LogicalResult importGather(Node &node) {
  auto options = node.options<schema::GatherOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  if ((*options)->batch_dims() != 0)
    return node.unsupported() << "batch dimensions";
  FailureOr<int64_t> axis = node.axis((*options)->axis(), shapeOf(*input).size());
  return failed(axis) ? failure() : emitGather(node, *input, 1, *axis);
}

/// Rows of a table. The indices come first.
static LogicalResult importEmbeddingLookup(Node &node) {
  FailureOr<Value> table = node.input(1);
  FailureOr<Type> type = node.outputType();
  if (failed(table) || failed(type))
    return failure();
  if (getElementTypeOrSelf(*table) != *type)
    return node.unsupported() << "a table of another type than the result";
  if (shapeOf(*table).empty())
    return node.invalid() << "the table is a scalar";
  return emitGather(node, *table, 0, 0);
}

void registerGather(OpTable &table) {
  table.add(schema::BuiltinOperator::GATHER, importGather);
  table.add(schema::BuiltinOperator::EMBEDDING_LOOKUP, importEmbeddingLookup);
}

} // namespace tandem::tflite
