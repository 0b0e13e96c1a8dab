#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// MatMul, as numpy.matmul; a known matrix on the right becomes a filter as it is read.
static MaybeValue importMatMul(OnnxNode &node) {
  MaybeValue lhs = node.input(0);
  std::optional<SmallVector<int64_t>> weights = node.knownShape(1);
  if (failed(lhs))
    return failure();
  if (weights && weights->size() == 2 && !shapeOf(*lhs).empty())
    return multiplyRows(node, lhs, node.transposed(1, {1, 0}), Value());
  return matrixProduct(node, lhs, node.input(1));
}

void registerMatmul(OpTable &table) {
  table.add("MatMul", importMatMul, Takes::kReals);
}

} // namespace tandem::onnx
