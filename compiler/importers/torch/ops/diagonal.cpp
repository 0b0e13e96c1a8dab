#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// A diagonal of two dimensions, which comes last.
static MaybeValue diagonalOf(AtenNode &node, MaybeValue input, int64_t offset, int64_t first,
                             int64_t second) {
  ArrayRef<int64_t> shape = shapeOf(*input);
  constexpr int64_t kFarthest = int64_t(1) << 40;
  if (first == second || offset < -kFarthest || offset > kFarthest)
    return node.invalid("diagonal " + Twine(offset) + " of dimensions " + Twine(first) + " and " +
                        Twine(second));
  int64_t size = std::min(shape[first] + std::min<int64_t>(offset, 0),
                          shape[second] - std::max<int64_t>(offset, 0));
  if (size < 1 || *elementCount(shape) > NodeBuilder::kMaxFill)
    return node.unsupported("diagonal " + Twine(offset) + " of a tensor of shape " +
                            shapeText(shape));
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  llvm::erase_if(order, [&](int64_t d) { return d == first || d == second; });
  SmallVector<int64_t> result;
  int64_t outer = 1;
  for (int64_t d : order) {
    result.push_back(shape[d]);
    outer *= shape[d];
  }
  result.push_back(size);
  order.append({first, second});
  int64_t rows = shape[first], columns = shape[second];
  SmallVector<int64_t> places;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < size; ++i)
      places.push_back((o * rows + i - std::min<int64_t>(offset, 0)) * columns + i +
                       std::max<int64_t>(offset, 0));
  return rearranged(node, node.transpose(input, order), result, places);
}

/// Its inverse: the last dimension on a diagonal of two new ones at the end, zeros beside it.
static MaybeValue onDiagonal(AtenNode &node, MaybeValue x, int64_t offset) {
  ArrayRef<int64_t> shape = shapeOf(*x);
  constexpr int64_t kMostSize = 1 << 10;
  int64_t width = shape.empty() ? 1 : shape.back();
  if (shape.empty() || width > kMostSize || offset < -kMostSize || offset > kMostSize)
    return node.unsupported("diagonal " + Twine(offset) + " of " + shapeText(shape));
  int64_t size = width + std::abs(offset);
  SmallVector<int64_t> places(size * size, width); // the zero behind the elements
  for (int64_t i = 0; i < width; ++i)
    places[(i - std::min<int64_t>(offset, 0)) * size + i + std::max<int64_t>(offset, 0)] = i;
  auto axis = static_cast<int64_t>(shape.size()) - 1;
  SmallVector<int64_t> column(shape);
  column.back() = 1;
  MaybeValue zeros = node.fill(getElementTypeOrSelf(*x), column, 0);
  if (failed(zeros))
    return failure();
  MaybeValue indices = node.integerConstant(node.builder().getI64Type(), {size, size}, places);
  return takeAlong(node, concatAlong(node, {*x, *zeros}, axis), indices, axis);
}

static MaybeValue importDiagonal(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t offset = node.integer("offset", 0), first = node.dim("dim1", *input, 0),
          second = node.dim("dim2", *input, 1);
  return node.failed() ? MaybeValue(failure()) : diagonalOf(node, input, offset, first, second);
}

/// aten.diag_embed: the new dimensions are put to 'dim1' and 'dim2'.
static MaybeValue importDiagEmbed(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size()) + 1;
  std::optional<int64_t> first = normalizedAxis(node.integer("dim1", -2), rank),
                         second = normalizedAxis(node.integer("dim2", -1), rank);
  int64_t offset = node.integer("offset", 0);
  if (node.failed() || !first || !second || *first == *second)
    return node.invalid("new dimensions that are none");
  SmallVector<int64_t> order(rank, -1);
  order[*first] = rank - 2;
  order[*second] = rank - 1;
  int64_t other = 0;
  for (int64_t &from : order)
    if (from < 0)
      from = other++;
  return node.transpose(onDiagonal(node, x, offset), order);
}

/// aten.diagflat: a matrix of all elements.
static MaybeValue importDiagflat(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  int64_t offset = node.integer("offset", 0);
  if (node.failed() || failed(x))
    return failure();
  x = node.reshape(x, {*elementCount(shapeOf(*x))});
  return failed(x) ? x : onDiagonal(node, x, offset);
}

/// aten.diag: a matrix of a vector, or the other way round.
static MaybeValue importDiag(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  int64_t offset = node.integer("diagonal", 0);
  if (node.failed() || failed(x))
    return failure();
  size_t rank = shapeOf(*x).size();
  if (rank != 1 && rank != 2)
    return node.invalid("a tensor of shape " + shapeText(shapeOf(*x)));
  return rank == 1 ? onDiagonal(node, x, offset) : diagonalOf(node, x, offset, 0, 1);
}

static MaybeValue importTrace(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x) || shapeOf(*x).size() != 2)
    return node.invalid("no matrix");
  std::optional<Type> type = node.resultType();
  MaybeValue diagonal = diagonalOf(node, x, 0, 0, 1);
  return node.create<graph::SumOp>(type ? node.cast(diagonal, *type) : diagonal,
                                   ArrayRef<int64_t>{0}, /*keepDims=*/false);
}

/// aten.tril_indices, triu_indices: rows and columns of what is below or above a diagonal.
template <bool isUpper> static MaybeValue importTriangleIndices(AtenNode &node) {
  int64_t rows = node.integer("row"), columns = node.integer("col"),
          offset = node.integer("offset", 0);
  if (node.failed() || !hasSaneSize({rows, columns}) || rows * columns > NodeBuilder::kMaxFill)
    return node.invalid("a matrix of " + Twine(rows) + "x" + Twine(columns));
  SmallVector<int64_t> ofRows, ofColumns;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      if (isUpper ? column - row >= offset : column - row <= offset) {
        ofRows.push_back(row);
        ofColumns.push_back(column);
      }
  auto count = static_cast<int64_t>(ofRows.size());
  llvm::append_range(ofRows, ofColumns);
  Type type = node.resultType().value_or(node.builder().getI64Type());
  return node.cast(node.integerConstant(node.builder().getI64Type(), {2, count}, ofRows), type);
}

void registerDiagonal(OpTable &table) {
  table.addView("aten.diagonal.default", importDiagonal);
  table.addMove("aten.diagonal_copy.default", importDiagonal);
  table.addMove("aten.diag_embed.default", importDiagEmbed);
  table.addMove("aten.diagflat.default", importDiagflat);
  table.addMove("aten.diag.default", importDiag);
  table.add("aten.trace.default", importTrace);
  table.addMove("aten.tril_indices.default", importTriangleIndices<false>);
  table.addMove("aten.triu_indices.default", importTriangleIndices<true>);
}

} // namespace tandem::torch
