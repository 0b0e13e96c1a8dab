#include "compiler/importers/torch/indices.h"

#include "compiler/importers/common/decompositions.h"

using namespace mlir;

namespace tandem::torch {

MaybeValue joinedIndices(AtenNode &node, ValueRange indices, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> apart(shape);
  apart.push_back(1);
  Type type = node.builder().getI64Type();
  SmallVector<Value> parts;
  for (Value index : indices) {
    MaybeValue part = node.reshape(expandTo(node, node.cast(index, type), shape), apart);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return node.createTyped<graph::ConcatOp>(type, ValueRange(parts), shape.size());
}

} // namespace tandem::torch
