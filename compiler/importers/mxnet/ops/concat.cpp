#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

static MaybeValue importConcat(SymbolNode &node) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  int64_t axis = node.axis("dim", static_cast<int64_t>(shapeOf(inputs->front()).size()), 1);
  if (node.failed())
    return failure();
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(inputs->front()),
                                           ValueRange(*inputs), axis);
}

/// stack: as Concat, along a new dimension.
static MaybeValue importStack(SymbolNode &node) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  Ints shape(shapeOf(inputs->front()));
  int64_t axis = node.axis("axis", static_cast<int64_t>(shape.size()) + 1, 0);
  if (node.failed())
    return failure();
  shape.insert(shape.begin() + axis, 1);
  for (Value &input : *inputs) {
    MaybeValue expanded = node.reshape(input, shape); // refuses another number of elements
    if (failed(expanded))
      return failure();
    input = *expanded;
  }
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(inputs->front()),
                                           ValueRange(*inputs), axis);
}

void registerConcat(OpTable &table) {
  for (StringRef op : {"Concat", "concat"})
    table.add(op, importConcat);
  table.add("stack", importStack);
}

} // namespace tandem::mxnet
