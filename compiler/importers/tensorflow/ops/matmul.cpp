#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/products.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Input `index` as a filter [N, K]: it is [K, N], or so already when transposed there.
static MaybeValue asFilter(TfNode &node, size_t index, bool isTransposed) {
  return isTransposed ? node.input(index) : node.transposed(index, {1, 0});
}

MaybeValue importMatMul(TfNode &node) {
  MaybeValue lhs = node.input(0);
  FailureOr<SmallVector<int64_t>> right = node.inputShape(1);
  bool transposesLhs = node.flag("transpose_a", false),
       transposesRhs = node.flag("transpose_b", false);
  if (node.failed() || failed(lhs) || failed(right))
    return failure();
  if (shapeOf(*lhs).size() != 2 || right->size() != 2)
    return node.invalid("shapes " + shapeText(shapeOf(*lhs)) + " and " + shapeText(*right) +
                        " are no matrices");
  if (transposesLhs)
    lhs = node.transpose(lhs, {1, 0});
  return multiplyRows(node, lhs, asFilter(node, 1, transposesRhs), Value());
}

/// BatchMatMul and its later forms: a matrix on the right serves all rows.
static MaybeValue importBatchMatMul(TfNode &node) {
  MaybeValue lhs = node.input(0);
  FailureOr<SmallVector<int64_t>> rightShape = node.inputShape(1);
  bool transposesLhs = node.flag("adj_x", false), transposesRhs = node.flag("adj_y", false);
  if (node.failed() || failed(lhs) || failed(rightShape))
    return failure();
  ArrayRef<int64_t> left = shapeOf(*lhs), right = *rightShape;
  if (right.size() == 2 && left.size() >= 2 && !transposesLhs)
    return multiplyRows(node, lhs, asFilter(node, 1, transposesRhs), Value());
  return matrixProduct(node, lhs, node.input(1), transposesLhs, transposesRhs);
}

void registerMatmul(OpTable &table) {
  table.add("MatMul", importMatMul);
  for (StringRef op : {"BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"})
    table.add(op, importBatchMatMul);
}

} // namespace tandem::tensorflow
