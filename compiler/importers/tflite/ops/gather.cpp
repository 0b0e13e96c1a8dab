#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include <algorithm>

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

/// With batch dimensions each entry has indices of its own: the dimension comes right behind them,
/// and what was between comes back in front of what the indices chose.
static LogicalResult gatherOfBatch(Node &node, Value input, Value indices, int64_t axis,
                                   int64_t batchDims) {
  auto rank = static_cast<int64_t>(shapeOf(input).size());
  int64_t chosen = static_cast<int64_t>(shapeOf(indices).size()) - batchDims,
          between = axis - batchDims;
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::rotate(order.begin() + batchDims, order.begin() + axis, order.begin() + axis + 1);
  auto back = llvm::to_vector(llvm::seq<int64_t>(0, rank + chosen - 1));
  std::rotate(back.begin() + batchDims, back.begin() + batchDims + chosen,
              back.begin() + batchDims + chosen + between);
  NodeBuilder &build = node.build();
  SmallVector<int64_t> rows(shapeOf(indices));
  rows.push_back(1);
  MaybeValue source = between == 0 ? MaybeValue(input) : build.transpose(input, order);
  MaybeValue result = gatherNd(build, source, build.reshape(indices, rows), batchDims);
  return node.setOutput(between == 0 ? result : build.transpose(result, back));
}

static LogicalResult importGather(Node &node) {
  auto options = node.options<schema::GatherOptions>();
  FailureOr<Value> input = node.input(0), indices = node.input(1);
  if (failed(options) || failed(input) || failed(indices))
    return failure();
  FailureOr<int64_t> axis = node.axis((*options)->axis(), shapeOf(*input).size());
  int64_t batchDims = (*options)->batch_dims(), rank = shapeOf(*indices).size();
  if (failed(axis))
    return failure();
  if (batchDims == 0)
    return emitGather(node, *input, 1, *axis);
  batchDims += batchDims < 0 ? rank : 0;
  if (batchDims < 0 || batchDims > *axis || batchDims > rank)
    return node.invalid() << batchDims << " batch dimensions of indices of rank " << rank
                          << " along dimension " << *axis;
  if (failed(checkIndices(node, 1, *indices, shapeOf(*input)[*axis])))
    return failure();
  return gatherOfBatch(node, *input, *indices, *axis, batchDims);
}

static LogicalResult importGatherNd(Node &node) {
  return node.setOutput(gatherNd(node.build(), node.input(0), node.input(1), /*batchDims=*/0));
}

/// Rows of a table. The indices come first. A table of codes gives reals (hybrid).
static LogicalResult importEmbeddingLookup(Node &node) {
  FailureOr<Value> table = node.input(1);
  FailureOr<Type> type = node.outputType();
  if (failed(table) || failed(type))
    return failure();
  if (graph::isQuantized(table->getType()) && type->isF32())
    table = node.build().createTyped<graph::DequantizeOp>(*type, *table);
  if (failed(table))
    return failure();
  if (getElementTypeOrSelf(*table) != *type)
    return node.unsupported() << "a table of another type than the result";
  if (shapeOf(*table).empty())
    return node.invalid() << "the table is a scalar";
  return emitGather(node, *table, 0, 0);
}

void registerGather(OpTable &table) {
  table.add(schema::BuiltinOperator::GATHER, importGather);
  table.add(schema::BuiltinOperator::GATHER_ND, importGatherNd);
  table.add(schema::BuiltinOperator::EMBEDDING_LOOKUP, importEmbeddingLookup);
}

} // namespace tandem::tflite
