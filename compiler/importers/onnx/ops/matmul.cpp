#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::onnx {

/// Both operands with the same leading dimensions, which repeat where one of them has 1 or none.
static MaybeValue batched(OnnxNode &node, MaybeValue lhs, MaybeValue rhs) {
  ArrayRef<int64_t> left = shapeOf(*lhs), right = shapeOf(*rhs);
  SmallVector<int64_t> batch;
  if (!OpTrait::util::getBroadcastedShape(left.drop_back(2), right.drop_back(2), batch))
    return node.invalid("shapes " + shapeText(left) + " and " + shapeText(right) +
                        " are no matrix product");
  auto expanded = [&](MaybeValue value) {
    SmallVector<int64_t> shape(batch);
    shape.append(shapeOf(*value).end() - 2, shapeOf(*value).end());
    return expandTo(node, value, shape);
  };
  return node.create<graph::BatchMatmulOp>(expanded(lhs), expanded(rhs), /*transposeLhs=*/false,
                                           /*transposeRhs=*/false);
}

/// MatMul, as numpy.matmul: a vector is a row on the left, a column on the right, and its dimension
/// of 1 goes again. A matrix on the right serves all rows.
static MaybeValue importMatMul(OnnxNode &node) {
  MaybeValue lhs = node.input(0);
  std::optional<Elements> weights = node.known(1);
  if (failed(lhs))
    return failure();
  if (weights && weights->shape().size() == 2 && !shapeOf(*lhs).empty())
    return multiplyRows(node, lhs, node.transposed(1, {1, 0}), Value());
  MaybeValue rhs = node.input(1);
  if (failed(rhs))
    return failure();
  SmallVector<int64_t> left(shapeOf(*lhs)), right(shapeOf(*rhs));
  if (left.empty() || right.empty())
    return node.invalid("an operand is a scalar");
  if (right.size() == 2)
    return multiplyRows(node, lhs, node.transpose(rhs, {1, 0}), Value());
  if (left.size() == 1)
    left.insert(left.begin(), 1);
  if (right.size() == 1)
    right.push_back(1);
  MaybeValue result = batched(node, node.reshape(lhs, left), node.reshape(rhs, right));
  if (failed(result))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*result));
  if (shapeOf(*rhs).size() == 1)
    shape.pop_back();
  if (shapeOf(*lhs).size() == 1)
    shape.erase(shape.end() - (shapeOf(*rhs).size() == 1 ? 1 : 2));
  return node.reshape(result, shape);
}

void registerMatmul(OpTable &table) {
  table.add("MatMul", importMatMul);
}

} // namespace tandem::onnx
