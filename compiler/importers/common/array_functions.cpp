#include "compiler/importers/common/array_functions.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include <string>

using namespace mlir;

namespace tandem {

static int64_t rankOf(MaybeValue x) {
  return static_cast<int64_t>(shapeOf(*x).size());
}

MaybeValue truncated(NodeBuilder &build, MaybeValue x) {
  return build.select(build.compare<graph::LessOp>(x, 0.0), build.create<graph::CeilOp>(x),
                      build.create<graph::FloorOp>(x));
}

MaybeValue cubeRoot(NodeBuilder &build, MaybeValue x) {
  return build.multiply(powScalar(build, build.create<graph::AbsOp>(x), 1.0 / 3), sign(build, x));
}

MaybeValue diagonalOf(NodeBuilder &build, MaybeValue x, int64_t offset, int64_t rowAxis,
                      int64_t columnAxis) {
  if (failed(x))
    return failure();
  int64_t rank = rankOf(x);
  std::optional<int64_t> row = normalizedAxis(rowAxis, rank),
                         column = normalizedAxis(columnAxis, rank);
  if (!row || !column || *row == *column)
    return build.error() << "a diagonal of dimensions " << rowAxis << " and " << columnAxis
                         << " of an input of shape " << shapeText(shapeOf(*x));
  SmallVector<int64_t> order, shape;
  for (int64_t d = 0; d < rank; ++d)
    if (d != *row && d != *column) {
      order.push_back(d);
      shape.push_back(shapeOf(*x)[d]);
    }
  order.append({*row, *column});
  int64_t rows = shapeOf(*x)[*row], columns = shapeOf(*x)[*column];
  bool isInside = std::abs(offset) <= std::max(rows, columns);
  int64_t length = isInside ? std::min(rows + std::min<int64_t>(offset, 0),
                                       columns - std::max<int64_t>(offset, 0))
                            : 0;
  if (length < 1)
    return build.error() << "no diagonal " << offset << " of " << rows << "x" << columns;
  shape.push_back(rows * columns);
  int64_t begin = offset < 0 ? -offset * columns : offset;
  return sliceAlong(build, build.reshape(build.transpose(x, order), shape),
                    static_cast<int64_t>(shape.size()) - 1, begin, length, columns + 1);
}

/// Row by row its elements are as far apart as a row is long, and one more.
MaybeValue onDiagonal(NodeBuilder &build, MaybeValue vector, int64_t offset) {
  if (failed(vector))
    return failure();
  int64_t count = shapeOf(*vector)[0];
  constexpr int64_t kMostSide = 1 << 12;
  if (offset < -kMostSide || offset > kMostSide || count + std::abs(offset) > kMostSide)
    return build.error() << "a matrix of more than " << kMostSide << " rows";
  int64_t side = count + std::abs(offset), begin = offset < 0 ? -offset * side : offset;
  SmallVector<int64_t> none = {0, 0}, gap = {0, side};
  MaybeValue apart = padOrCrop(build, build.reshape(vector, {count, 1}), none, gap, /*value=*/0);
  int64_t behind = side * side - begin - count * (side + 1);
  MaybeValue flat = build.reshape(apart, {count * (side + 1)});
  return build.reshape(padOrCrop(build, flat, begin, behind, /*value=*/0), {side, side});
}

MaybeValue traceOf(NodeBuilder &build, MaybeValue x, int64_t offset, int64_t rowAxis,
                   int64_t columnAxis) {
  MaybeValue diagonal = diagonalOf(build, x, offset, rowAxis, columnAxis);
  if (failed(diagonal))
    return failure();
  return build.create<graph::SumOp>(diagonal, ArrayRef<int64_t>{rankOf(diagonal) - 1},
                                    /*keepDims=*/false);
}

MaybeValue triangleOf(NodeBuilder &build, MaybeValue x, int64_t offset, bool isLower) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  if (shape.size() < 2)
    return build.error() << "an input of shape " << shapeText(shape) << " has no matrices";
  Type type = build.builder().getI64Type();
  MaybeValue rows = countAlong(build, type, 2, 0, shape[shape.size() - 2]),
             columns = countAlong(build, type, 2, 1, shape.back());
  MaybeValue diagonal = build.add(rows, static_cast<double>(offset));
  MaybeValue mask = isLower ? build.compare<graph::LessEqualOp>(columns, diagonal)
                            : build.compare<graph::GreaterEqualOp>(columns, diagonal);
  return keepWhere(build, mask, x, 0);
}

MaybeValue differences(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t times) {
  for (; times > 0 && succeeded(x); --times) {
    int64_t size = shapeOf(*x)[axis];
    if (size < 2)
      return build.error() << "differences of " << size << " elements";
    x = build.subtract(sliceAlong(build, x, axis, 1, size - 1),
                       sliceAlong(build, x, axis, 0, size - 1));
  }
  return x;
}

MaybeValue turned(NodeBuilder &build, MaybeValue x, int64_t quarters, int64_t from, int64_t to) {
  if (failed(x))
    return failure();
  std::optional<int64_t> first = normalizedAxis(from, rankOf(x)),
                         second = normalizedAxis(to, rankOf(x));
  if (!first || !second || *first == *second)
    return build.error() << "a turn from dimension " << from << " to " << to
                         << " of an input of shape " << shapeText(shapeOf(*x));
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  std::swap(order[*first], order[*second]);
  switch (((quarters % 4) + 4) % 4) {
  case 1:
    return build.transpose(reversed(build, x, *second), order);
  case 2:
    return reversed(build, reversed(build, x, *first), *second);
  case 3:
    return reversed(build, build.transpose(x, order), *second);
  default:
    return x;
  }
}

MaybeValue rolledAlong(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> shifts,
                       ArrayRef<int64_t> axes) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x)), steps(shifts), along(axes);
  if (axes.empty()) {
    x = build.reshape(x, *elementCount(shape));
    along = {0};
  }
  if (steps.size() == 1)
    steps.resize(along.size(), steps.front());
  if (steps.size() != along.size())
    return build.error() << steps.size() << " shifts of " << along.size() << " dimensions";
  for (auto [shift, given] : llvm::zip(steps, along)) {
    if (failed(x))
      return failure();
    std::optional<int64_t> axis = normalizedAxis(given, rankOf(x));
    if (!axis)
      return build.error() << "a shift along dimension " << given << " of an input of shape "
                           << shapeText(shape);
    x = rolled(build, x, *axis, shift);
  }
  return axes.empty() ? build.reshape(x, shape) : x;
}

std::optional<SmallVector<int64_t>> orderMoving(ArrayRef<int64_t> source,
                                                ArrayRef<int64_t> destination, int64_t rank) {
  SmallVector<int64_t> order(rank, -1), others = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (source.size() != destination.size())
    return std::nullopt;
  for (auto [from, to] : llvm::zip(source, destination)) {
    std::optional<int64_t> at = normalizedAxis(from, rank), place = normalizedAxis(to, rank);
    if (!at || !place || order[*place] >= 0 || !llvm::is_contained(others, *at))
      return std::nullopt;
    order[*place] = *at;
    others.erase(llvm::find(others, *at));
  }
  auto *next = others.begin();
  for (int64_t &from : order)
    from = from < 0 ? *next++ : from;
  return order;
}

MaybeValue stackedRows(NodeBuilder &build, ArrayRef<Value> parts, int64_t axis, int64_t least) {
  SmallVector<Value> raised;
  for (Value part : parts) {
    SmallVector<int64_t> shape(shapeOf(part));
    while (static_cast<int64_t>(shape.size()) < least)
      shape.insert(shape.size() == 2 ? shape.end() : shape.begin(), 1);
    MaybeValue one = build.reshape(part, shape);
    if (failed(one))
      return failure();
    raised.push_back(*one);
  }
  if (raised.empty())
    return build.error() << "has nothing to put side by side";
  bool areVectors = shapeOf(raised.front()).size() == 1;
  return concatAlong(build, raised, areVectors ? 0 : axis);
}

MaybeValue tensorProduct(NodeBuilder &build, MaybeValue left, MaybeValue right,
                         ArrayRef<int64_t> leftAxes, ArrayRef<int64_t> rightAxes) {
  if (failed(left) || failed(right))
    return failure();
  int64_t leftRank = rankOf(left), rightRank = rankOf(right);
  constexpr int64_t kLetters = 26;
  bool fits = leftAxes.size() == rightAxes.size() && leftRank + rightRank <= kLetters;
  std::string first, second, result;
  for (int64_t i = 0; fits && i < leftRank + rightRank; ++i)
    (i < leftRank ? first : second) += static_cast<char>('a' + i);
  for (size_t i = 0; fits && i < leftAxes.size(); ++i) {
    std::optional<int64_t> from = normalizedAxis(leftAxes[i], leftRank),
                           to = normalizedAxis(rightAxes[i], rightRank);
    fits = from && to;
    if (fits)
      second[*to] = first[*from];
  }
  if (!fits)
    return build.error() << "dimensions that inputs of shapes " << shapeText(shapeOf(*left))
                         << " and " << shapeText(shapeOf(*right)) << " do not have";
  for (char letter : first)
    if (!llvm::is_contained(second, letter))
      result += letter;
  for (char letter : second)
    if (!llvm::is_contained(first, letter))
      result += letter;
  return einsum(build, first + "," + second + "->" + result, {*left, *right});
}

} // namespace tandem
