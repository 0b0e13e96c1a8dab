// Distances of vectors, and what else compares all pairs.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/norms.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// As PyTorch has them of many rows: |a|^2 + |b|^2 - 2 ab, which makes no tensor of all
/// differences.
static MaybeValue squaresOfMany(AtenNode &node, MaybeValue x1, MaybeValue x2) {
  auto squares = [&](MaybeValue x) {
    auto last = static_cast<int64_t>(shapeOf(*x).size()) - 1;
    return node.create<graph::SumOp>(square(node, x), ArrayRef<int64_t>{last}, /*keepDims=*/true);
  };
  MaybeValue ofColumns = squares(x2);
  if (failed(ofColumns))
    return failure();
  SmallVector<int64_t> row(shapeOf(*ofColumns));
  std::swap(row[row.size() - 1], row[row.size() - 2]);
  MaybeValue products = matrixProduct(node, x1, x2, /*transposeLhs=*/false, /*transposeRhs=*/true);
  return node.create<graph::ReluOp>(
      node.add(node.add(squares(x1), node.reshape(ofColumns, row)), node.multiply(products, -2)));
}

/// aten.cdist: of each row of 'x1' to each of 'x2', in matrices beside each other.
static MaybeValue importCdist(AtenNode &node) {
  MaybeValue x1 = node.tensor("x1"), x2 = node.tensor("x2");
  double order = node.number("p", 2);
  if (node.failed() || failed(x1) || failed(x2))
    return failure();
  SmallVector<int64_t> left(shapeOf(*x1)), right(shapeOf(*x2));
  if (left.size() < 2 || right.size() < 2)
    return node.invalid("rows of shapes " + shapeText(left) + " and " + shapeText(right));
  constexpr int64_t kMany = 25;
  if (order == 2 && std::max(left[left.size() - 2], right[right.size() - 2]) > kMany)
    return node.create<graph::SqrtOp>(squaresOfMany(node, x1, x2));
  left.insert(left.end() - 1, 1);
  right.insert(right.end() - 2, 1);
  MaybeValue difference = node.subtract(node.reshape(x1, left), node.reshape(x2, right));
  if (failed(difference))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*difference).size()) - 1;
  return normOver(node, difference, last, /*keepDims=*/false, order);
}

/// aten.pdist: of each row to all behind it.
static MaybeValue importPdist(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double order = node.number("p", 2);
  if (node.failed() || failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  constexpr int64_t kMostRows = 1 << 10;
  if (shape.size() != 2)
    return node.invalid("rows of shape " + shapeText(shape));
  if (shape[0] < 2 || shape[0] > kMostRows)
    return node.unsupported(Twine(shape[0]) + " rows");
  SmallVector<int64_t> first, second;
  for (int64_t i = 0; i < shape[0]; ++i)
    for (int64_t j = i + 1; j < shape[0]; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  auto rowsAt = [&](ArrayRef<int64_t> places) {
    auto count = static_cast<int64_t>(places.size());
    return takeAlong(node, x, node.integerConstant(node.builder().getI64Type(), count, places), 0);
  };
  return normOver(node, node.subtract(rowsAt(first), rowsAt(second)), 1, /*keepDims=*/false, order);
}

void registerDistance(OpTable &table) {
  table.add("aten.cdist.default", importCdist);
  table.add("aten._cdist_forward.default", importCdist);
  table.add("aten.pdist.default", importPdist);
  table.add("aten._pdist_forward.default", importPdist);
}

} // namespace tandem::torch
