#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static MaybeValue fillWith(AtenNode &node, double value) {
  SmallVector<int64_t> size = node.integers("size");
  std::optional<Type> type = node.dtype();
  if (node.failed())
    return failure();
  if (!type)
    type = node.builder().getF32Type(); // PyTorch's default
  if (!isa<FloatType>(*type))
    return node.unsupported("a tensor of integers");
  return node.fill(*type, size, static_cast<float>(value));
}

static MaybeValue importFull(AtenNode &node) {
  return fillWith(node, node.number("fill_value"));
}
static MaybeValue importZeros(AtenNode &node) {
  return fillWith(node, 0);
}
static MaybeValue importOnes(AtenNode &node) {
  return fillWith(node, 1);
}

void registerConstant(OpTable &table) {
  table.add("aten.full.default", importFull);
  table.add("aten.zeros.default", importZeros);
  table.add("aten.ones.default", importOnes);
}

} // namespace tandem::torch
