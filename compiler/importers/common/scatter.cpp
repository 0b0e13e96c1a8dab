#include "compiler/importers/common/scatter.h"

#include "compiler/importers/common/selections.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem {

static int64_t countOf(ArrayRef<int64_t> shape) {
  return *elementCount(shape);
}

/// What elements are combined in, which not all types have.
static Type combinedIn(Type type) {
  MLIRContext *context = type.getContext();
  if (isa<FloatType>(type))
    return Float32Type::get(context);
  bool isSmall = isa<IntegerType>(type) && !type.isInteger(1) && type.getIntOrFloatBitWidth() < 32;
  return isSmall ? IntegerType::get(context, 32) : type;
}

static MaybeValue scatter(NodeBuilder &build, Value x, MaybeValue indices, MaybeValue updates,
                          graph::Reduction reduction) {
  Type type = getElementTypeOrSelf(x);
  if (reduction == graph::Reduction::None)
    return build.create<graph::ScatterOp>(x, indices, updates, reduction);
  Type wide = combinedIn(type);
  return build.cast(build.create<graph::ScatterOp>(build.cast(x, wide), indices,
                                                   build.cast(updates, wide), reduction),
                    type);
}

/// Known indices, which are `sizes.size()` for each place, counted from the front. Nothing when one
/// is outside.
static std::optional<SmallVector<int64_t>>
insideOf(ArrayRef<int64_t> sizes, SmallVector<int64_t> indices, const ScatterHow &how) {
  for (auto [i, index] : llvm::enumerate(indices)) {
    int64_t size = sizes[i % sizes.size()];
    index += how.countsFromBack && index < 0 ? size : 0;
    if (!how.leavesOut && (index < 0 || index >= size))
      return std::nullopt;
  }
  return indices;
}

/// The indices counted from the front, by the sizes of the dimensions that they are places in.
static MaybeValue fromFront(NodeBuilder &build, Value indices, ArrayRef<int64_t> sizes) {
  MaybeValue ends = build.integerConstant(getElementTypeOrSelf(indices),
                                          static_cast<int64_t>(sizes.size()), sizes);
  return build.select(build.compare<graph::LessOp>(indices, 0.0), build.add(indices, ends),
                      indices);
}

MaybeValue scatterNd(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                     ScatterHow how) {
  if (failed(x) || failed(indices) || failed(updates))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x), rows = shapeOf(*indices);
  int64_t depth = rows.empty() ? 0 : rows.back();
  bool fits = depth >= 1 && depth <= static_cast<int64_t>(shape.size());
  SmallVector<int64_t> expected(fits ? rows.drop_back() : rows);
  if (fits)
    llvm::append_range(expected, shape.drop_front(depth));
  if (!fits || shapeOf(*updates) != ArrayRef(expected))
    return build.error() << "indices of shape " << shapeText(rows) << " and updates of shape "
                         << shapeText(shapeOf(*updates)) << " for a tensor of shape "
                         << shapeText(shape);
  ArrayRef<int64_t> sizes = shape.take_front(depth);
  if (auto known = knownIntegers(*indices)) {
    auto inside = insideOf(sizes, *known, how);
    if (!inside)
      return build.error() << "an index is outside of shape " << shapeText(shape);
    if (*inside != *known)
      indices = build.integerConstant(getElementTypeOrSelf(*indices), rows, *inside);
  } else if (how.countsFromBack) {
    indices = fromFront(build, *indices, sizes);
  }
  return scatter(build, *x, indices, updates, how.reduction);
}

/// Elements of `x` and where updates of them go, all in one row: -1 for what is outside.
static MaybeValue placesInRow(NodeBuilder &build, Value indices, ArrayRef<int64_t> shape,
                              int64_t axis, const ScatterHow &how) {
  ArrayRef<int64_t> indexShape = shapeOf(indices);
  int64_t step = countOf(shape.drop_front(axis + 1)), size = shape[axis];
  SmallVector<int64_t> zeros(countOf(indexShape), 0);
  auto beside = placesAlong(shape, zeros, indexShape, axis);
  if (!beside)
    return build.error() << "indices of shape " << shapeText(indexShape)
                         << " for a tensor of shape " << shapeText(shape);
  Type type = build.builder().getI64Type();
  MaybeValue along = build.cast(indices, type);
  if (how.countsFromBack && succeeded(along))
    along = fromFront(build, *along, {size});
  MaybeValue isInside = build.createTyped<graph::LogicalAndOp>(
      build.builder().getI1Type(), build.compare<graph::GreaterEqualOp>(along, 0.0),
      build.compare<graph::LessOp>(along, static_cast<double>(size)));
  MaybeValue place = build.add(build.multiply(along, static_cast<double>(step)),
                               build.integerConstant(type, indexShape, *beside));
  return failed(place) ? place : build.select(isInside, place, build.scalarLike(*place, -1));
}

MaybeValue scatterAlong(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                        int64_t axis, ScatterHow how) {
  if (failed(x) || failed(indices) || failed(updates))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x)), indexShape(shapeOf(*indices));
  int64_t count = countOf(indexShape);
  if (shape.empty() || shape.size() != indexShape.size() || count > NodeBuilder::kMaxFill ||
      shapeOf(*updates) != ArrayRef(indexShape))
    return build.error() << "indices of shape " << shapeText(indexShape) << " and updates of shape "
                         << shapeText(shapeOf(*updates)) << " for a tensor of shape "
                         << shapeText(shape);
  if (count == 0)
    return x;
  MaybeValue places;
  if (auto known = knownIntegers(*indices)) {
    auto inside = insideOf({shape[axis]}, std::move(*known), how);
    auto inRow = inside ? placesAlong(shape, *inside, indexShape, axis) : inside;
    if (!inRow)
      return build.error() << "an index is outside of shape " << shapeText(shape);
    places = build.integerConstant(build.builder().getI64Type(), indexShape, *inRow);
  } else {
    places = placesInRow(build, *indices, shape, axis, how);
  }
  MaybeValue row = build.reshape(x, countOf(shape));
  if (failed(row))
    return failure();
  return build.reshape(scatter(build, *row, build.reshape(places, {count, 1}),
                               build.reshape(updates, count), how.reduction),
                       shape);
}

MaybeValue scatterSegments(NodeBuilder &build, MaybeValue data, MaybeValue numbers,
                           MaybeValue empty, graph::Reduction reduction) {
  if (failed(data) || failed(numbers) || failed(empty))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*data), leading = shapeOf(*numbers);
  if (leading.size() > shape.size() || shape.take_front(leading.size()) != leading)
    return build.error() << "numbers of shape " << shapeText(leading) << " for rows of shape "
                         << shapeText(shape);
  SmallVector<int64_t> rows = {countOf(leading)};
  llvm::append_range(rows, shape.drop_front(leading.size()));
  return scatterNd(build, empty, build.reshape(numbers, {rows[0], 1}), build.reshape(data, rows),
                   {reduction, /*countsFromBack=*/false, /*leavesOut=*/true});
}

double neutralOf(graph::Reduction reduction, Type type) {
  bool isReal = isa<FloatType>(type);
  double highest = isReal ? double(std::numeric_limits<float>::max())
                          : std::ldexp(1.0, static_cast<int>(type.getIntOrFloatBitWidth()) - 1) - 1;
  double lowest = isReal ? -highest : -highest - 1;
  switch (reduction) {
  case graph::Reduction::Mul:
    return 1;
  case graph::Reduction::Min:
    return highest;
  case graph::Reduction::Max:
    return lowest;
  case graph::Reduction::None:
  case graph::Reduction::Add:
    break;
  }
  return 0;
}

/// The nearest of 64 bits.
static int64_t nearestInteger(double value) {
  return value >= 0x1p63 ? INT64_MAX : static_cast<int64_t>(value);
}

MaybeValue filled(NodeBuilder &build, Type type, ArrayRef<int64_t> shape, double value) {
  if (isa<FloatType>(type))
    return build.fill(type, shape, static_cast<float>(value));
  std::optional<int64_t> count = elementCount(shape);
  if (!count || *count > NodeBuilder::kMaxFill)
    return build.error() << "a constant of shape " << shapeText(shape) << " is too large";
  return build.integerConstant(type, shape, SmallVector<int64_t>(*count, nearestInteger(value)));
}

} // namespace tandem
