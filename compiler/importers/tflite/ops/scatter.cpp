#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

static MaybeValue sum(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.add(there, update);
}

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
  return node.setOutput(scattered(build, build.fill(*type, *shape, 0), updates, *places, sum));
}

void registerScatter(OpTable &table) {
  table.add(schema::BuiltinOperator::SCATTER_ND, importScatterNd);
}

} // namespace tandem::tflite
