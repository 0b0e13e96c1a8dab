#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// SCATTER_ND: zeros of the shape given, with the updates at the places that the indices name;
/// those of one place are added up.
static LogicalResult importScatterNd(Node &node) {
  auto indices = node.constantInts(0, "the list of places"),
       shape = node.constantInts(2, "the shape");
  FailureOr<Value> updates = node.input(1);
  FailureOr<Type> type = node.outputType();
  if (failed(indices) || failed(shape) || failed(updates) || failed(type))
    return failure();
  if (isa<quant::QuantizedType>(*type) || type->isInteger(1))
    return node.unsupported() << "elements of type " << *type;
  ArrayRef<int64_t> rows = shapeOf(*node.input(0));
  int64_t depth = rows.empty() ? 0 : rows.back();
  if (depth < 1 || depth > static_cast<int64_t>(shape->size()) || !hasSaneSize(*shape) ||
      *elementCount(*shape) > NodeBuilder::kMaxFill ||
      indices->size() / depth * *elementCount(ArrayRef(*shape).drop_front(depth)) !=
          static_cast<size_t>(*elementCount(shapeOf(*updates))))
    return node.invalid() << "indices of shape " << shapeText(rows) << " for a result of shape "
                          << shapeText(*shape);
  auto places = placesOfRows(*shape, *indices, depth);
  if (!places)
    return node.invalid() << "an index is outside of shape " << shapeText(*shape);
  NodeBuilder &build = node.build();
  return node.setOutput(scattered(build, build.fill(*type, *shape, 0), updates, *places, addUp));
}

/// SPARSE_TO_DENSE: a default everywhere but at the places that rows of indices name, one number
/// for each or one for all. As TensorFlow has it the indices may be a list, or one number.
static LogicalResult importSparseToDense(Node &node) {
  auto indices = node.constantInts(0, "the list of places"),
       shape = node.constantInts(1, "the shape");
  FailureOr<Value> values = node.input(2), elsewhere = node.input(3);
  if (failed(indices) || failed(shape) || failed(values) || failed(elsewhere))
    return failure();
  auto depth = static_cast<int64_t>(shape->size());
  if (!hasSaneSize(*shape) || *elementCount(*shape) > NodeBuilder::kMaxFill || depth < 1 ||
      indices->size() % depth != 0)
    return node.invalid() << indices->size() << " indices for a result of shape "
                          << shapeText(*shape);
  auto places = placesOfRows(*shape, *indices, depth);
  if (!places)
    return node.invalid() << "an index is outside of shape " << shapeText(*shape);
  auto count = static_cast<int64_t>(places->size());
  int64_t given = graph::tensorType(*values).getNumElements();
  if (shapeOf(*values).size() > 1 || (given != 1 && given != count) ||
      graph::tensorType(*elsewhere).getNumElements() != 1)
    return node.invalid() << given << " numbers for " << count << " places";
  NodeBuilder &build = node.build();
  MaybeValue updates = expandTo(build, values, count);
  return node.setOutput(scattered(build, expandTo(build, build.reshape(elsewhere, {}), *shape),
                                  updates, *places, nullptr));
}

void registerScatter(OpTable &table) {
  table.add(schema::BuiltinOperator::SPARSE_TO_DENSE, importSparseToDense);
  table.add(schema::BuiltinOperator::SCATTER_ND, importScatterNd);
}

} // namespace tandem::tflite
