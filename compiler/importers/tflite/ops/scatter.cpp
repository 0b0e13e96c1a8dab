#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SCATTER_ND: zeros of the shape given, with the updates at the places that the indices name;
/// those of one place are added up.
static LogicalResult importScatterNd(Node &node) {
  auto shape = node.constantInts(2, "the shape");
  FailureOr<Value> indices = node.input(0), updates = node.input(1);
  FailureOr<Type> type = node.outputType();
  if (failed(indices) || failed(shape) || failed(updates) || failed(type))
    return failure();
  if (isa<quant::QuantizedType>(*type) || type->isInteger(1))
    return node.unsupported() << "elements of type " << *type;
  if (!hasSaneSize(*shape))
    return node.invalid() << "a result of shape " << shapeText(*shape);
  NodeBuilder &build = node.build();
  return node.setOutput(scatterNd(build, filled(build, *type, *shape, 0), indices, updates,
                                  {graph::Reduction::Add, /*countsFromBack=*/false}));
}

/// SPARSE_TO_DENSE: a default everywhere but at the places that rows of indices name, one number
/// for each or one for all. As TensorFlow has it the indices may be a list, or one number.
static LogicalResult importSparseToDense(Node &node) {
  auto shape = node.constantInts(1, "the shape");
  FailureOr<Value> indices = node.input(0), values = node.input(2), elsewhere = node.input(3);
  if (failed(indices) || failed(shape) || failed(values) || failed(elsewhere))
    return failure();
  auto depth = static_cast<int64_t>(shape->size());
  int64_t listed = graph::tensorType(*indices).getNumElements();
  if (!hasSaneSize(*shape) || *elementCount(*shape) > NodeBuilder::kMaxFill || depth < 1 ||
      listed % depth != 0)
    return node.invalid() << listed << " indices for a result of shape " << shapeText(*shape);
  int64_t count = listed / depth, given = graph::tensorType(*values).getNumElements();
  if (shapeOf(*values).size() > 1 || (given != 1 && given != count) ||
      graph::tensorType(*elsewhere).getNumElements() != 1)
    return node.invalid() << given << " numbers for " << count << " places";
  NodeBuilder &build = node.build();
  return node.setOutput(scatterNd(build, expandTo(build, build.reshape(elsewhere, {}), *shape),
                                  build.reshape(indices, {count, depth}),
                                  expandTo(build, values, count), {.countsFromBack = false}));
}

void registerScatter(OpTable &table) {
  table.add(schema::BuiltinOperator::SPARSE_TO_DENSE, importSparseToDense);
  table.add(schema::BuiltinOperator::SCATTER_ND, importScatterNd);
}

} // namespace tandem::tflite
