#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// The places of the elements of an image or a volume, the last dimension first, from -1 to 1 and
/// with a 1 behind them: a row each. Ends are the middles of the last elements, or their edges.
static SmallVector<float> placesOf(ArrayRef<int64_t> sizes, bool isByMiddles) {
  SmallVector<float> rows;
  for (int64_t i = 0, count = *elementCount(sizes); i < count; ++i) {
    int64_t rest = i;
    for (int64_t size : llvm::reverse(sizes)) {
      auto at = static_cast<double>(rest % size), last = static_cast<double>(size - 1);
      double place = isByMiddles ? (size == 1 ? 0 : 2 * at / last - 1)
                                 : (2 * at + 1) / static_cast<double>(size) - 1;
      rows.push_back(static_cast<float>(place));
      rest /= size;
    }
    rows.push_back(1);
  }
  return rows;
}

/// aten.affine_grid_generator: where an affine map [batch, d, d + 1] takes the places from.
static MaybeValue importAffineGrid(AtenNode &node) {
  MaybeValue theta = node.tensor("theta");
  SmallVector<int64_t> size = node.integers("size");
  bool isByMiddles = node.flag("align_corners", false);
  if (node.failed() || failed(theta))
    return failure();
  ArrayRef<int64_t> sizes = ArrayRef(size).drop_front(std::min<size_t>(2, size.size()));
  auto rank = static_cast<int64_t>(sizes.size());
  std::optional<int64_t> count = elementCount(sizes);
  if (rank < 2 || rank > 3 || !hasSaneSize(size) || !count || *count < 1 ||
      *count > NodeBuilder::kMaxFill ||
      shapeOf(*theta) != ArrayRef<int64_t>({size[0], rank, rank + 1}))
    return node.invalid("a grid of " + shapeText(size) + " by maps of shape " +
                        shapeText(shapeOf(*theta)));
  MaybeValue rows = node.constant(node.builder().getF32Type(), {1, *count, rank + 1},
                                  placesOf(sizes, isByMiddles));
  SmallVector<int64_t> result = {size[0]};
  llvm::append_range(result, sizes);
  result.push_back(rank);
  return node.reshape(matrixProduct(node, rows, theta, /*transposeLhs=*/false,
                                    /*transposeRhs=*/true),
                      result);
}

void registerAffineGrid(OpTable &table) {
  table.add("aten.affine_grid_generator.default", importAffineGrid);
}

} // namespace tandem::torch
