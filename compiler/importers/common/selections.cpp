#include "compiler/importers/common/selections.h"

#include "compiler/importers/common/integer_folding.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {

std::optional<SmallVector<int64_t>> knownIntegers(Value value) {
  auto type = dyn_cast<IntegerType>(getElementTypeOrSelf(value));
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
  if (!type || !bytes)
    return std::nullopt;
  if (type.getWidth() == 32)
    return SmallVector<int64_t>(llvm::map_range(bytes->as<int32_t>(), [](int32_t v) { return v; }));
  if (type.getWidth() == 64)
    return SmallVector<int64_t>(bytes->as<int64_t>());
  return std::nullopt;
}

/// Distance of neighbours along each dimension.
static SmallVector<int64_t> stepsOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> steps(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    steps[d - 1] = steps[d] * shape[d];
  return steps;
}

static int64_t countOf(ArrayRef<int64_t> shape) {
  return *elementCount(shape);
}

/// Arithmetic of places, which is done here where these are known.
static MaybeValue sumOf(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  MaybeValue sum = build.add(a, b);
  return failed(sum) ? sum : foldIntegers(build.builder(), *sum);
}
static MaybeValue timesStep(NodeBuilder &build, MaybeValue places, int64_t step) {
  MaybeValue product = build.multiply(places, static_cast<double>(step));
  return failed(product) ? product : foldIntegers(build.builder(), *product);
}

/// The indices counted from the front.
static MaybeValue fromFront(NodeBuilder &build, MaybeValue indices, int64_t size) {
  if (failed(indices))
    return failure();
  if (auto known = knownIntegers(*indices)) {
    if (llvm::none_of(*known, [](int64_t index) { return index < 0; }))
      return indices;
    for (int64_t &index : *known)
      index += index < 0 ? size : 0;
    return build.integerConstant(getElementTypeOrSelf(*indices), shapeOf(*indices), *known);
  }
  MaybeValue isNegative = build.compare<graph::LessOp>(indices, 0.0);
  return build.select(isNegative, build.add(indices, static_cast<double>(size)), indices);
}

MaybeValue takeAlong(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t axis) {
  if (failed(x) || failed(indices))
    return failure();
  return build.create<graph::GatherOp>(x, fromFront(build, indices, shapeOf(*x)[axis]), axis);
}

MaybeValue rearranged(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> shape,
                      ArrayRef<int64_t> places) {
  if (failed(x))
    return failure();
  MaybeValue indices = build.integerConstant(build.builder().getI64Type(), shape, places);
  return build.create<graph::GatherOp>(build.reshape(x, countOf(shapeOf(*x))), indices, 0);
}

std::optional<SmallVector<int64_t>> placesAlong(ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                                                ArrayRef<int64_t> indexShape, int64_t axis) {
  SmallVector<int64_t> steps = stepsOf(shape), result, at(shape.size(), 0);
  for (int64_t given : indices) {
    std::optional<int64_t> index = normalizedAxis(given, shape[axis]);
    if (!index)
      return std::nullopt;
    int64_t place = *index * steps[axis];
    for (size_t d = 0; d < shape.size(); ++d)
      if (static_cast<int64_t>(d) != axis) {
        if (at[d] >= shape[d])
          return std::nullopt;
        place += at[d] * steps[d];
      }
    result.push_back(place);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++at[d] < indexShape[d])
        break;
      at[d] = 0;
    }
  }
  return result;
}

/// The places of an index tensor's own elements in `shape`, without what they are along `axis`.
static SmallVector<int64_t> placesBeside(ArrayRef<int64_t> shape, ArrayRef<int64_t> indexShape,
                                         int64_t axis) {
  SmallVector<int64_t> zeros(countOf(indexShape), 0);
  return placesAlong(shape, zeros, indexShape, axis).value_or(SmallVector<int64_t>());
}

MaybeValue gatherElements(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t axis) {
  if (failed(x) || failed(indices))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x), indexShape = shapeOf(*indices);
  bool fits = shape.size() == indexShape.size() && shape[axis] > 0 &&
              countOf(indexShape) <= NodeBuilder::kMaxFill;
  for (size_t d = 0; fits && d < shape.size(); ++d)
    fits = static_cast<int64_t>(d) == axis || indexShape[d] <= shape[d];
  if (!fits)
    return build.error() << "indices of shape " << shapeText(indexShape) << " along dimension "
                         << axis << " of a tensor of shape " << shapeText(shape);
  if (auto known = knownIntegers(*indices)) {
    auto places = placesAlong(shape, *known, indexShape, axis);
    if (!places)
      return build.error() << "an index is outside of dimension " << axis << " of shape "
                           << shapeText(shape);
    return rearranged(build, x, indexShape, *places);
  }
  // A long row is gathered in the order of its own indices.
  Type type = getElementTypeOrSelf(*indices);
  MaybeValue beside =
      build.integerConstant(type, indexShape, placesBeside(shape, indexShape, axis));
  MaybeValue along = build.multiply(fromFront(build, indices, shape[axis]),
                                    static_cast<double>(stepsOf(shape)[axis]));
  return build.create<graph::GatherOp>(build.reshape(x, countOf(shape)), build.add(along, beside),
                                       0);
}

MaybeValue gatherNd(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t batchDims) {
  if (failed(x) || failed(indices))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x), indexShape = shapeOf(*indices);
  int64_t depth = indexShape.empty() ? -1 : indexShape.back();
  bool fits = depth >= 0 && batchDims >= 0 && batchDims < static_cast<int64_t>(indexShape.size()) &&
              depth + batchDims <= static_cast<int64_t>(shape.size()) &&
              shape.take_front(batchDims) == indexShape.take_front(batchDims);
  if (!fits)
    return build.error() << "indices of shape " << shapeText(indexShape) << " with " << batchDims
                         << " common dimensions of a tensor of shape " << shapeText(shape);
  // The dimensions that are named become one, which the indices are places in.
  ArrayRef<int64_t> named = shape.slice(batchDims, depth),
                    inner = shape.drop_front(batchDims + depth);
  SmallVector<int64_t> steps = stepsOf(named), rows(indexShape.drop_back()),
                       flat = {countOf(shape.take_front(batchDims)) * countOf(named)};
  Type type = getElementTypeOrSelf(*indices);
  MaybeValue places;
  if (batchDims > 0) { // where a batch entry begins
    SmallVector<int64_t> begins;
    for (int64_t i = 0, end = countOf(shape.take_front(batchDims)); i < end; ++i)
      begins.push_back(i * countOf(named));
    SmallVector<int64_t> aligned(rows.size(), 1);
    llvm::copy(shape.take_front(batchDims), aligned.begin());
    places = build.integerConstant(type, aligned, begins);
  } else {
    places = build.integerConstant(type, SmallVector<int64_t>(rows.size(), 1), {0});
  }
  for (int64_t d = 0; d < depth; ++d) {
    SmallVector<int64_t> begin(indexShape.size(), 0), size(indexShape), strides(begin.size(), 1);
    begin.back() = d;
    size.back() = 1;
    MaybeValue part =
        build.reshape(build.create<graph::SliceOp>(indices, begin, size, strides), rows);
    places = sumOf(build, places, timesStep(build, fromFront(build, part, named[d]), steps[d]));
  }
  if (depth == 0 && succeeded(places))
    places = build.integerConstant(type, rows, SmallVector<int64_t>(countOf(rows), 0));
  flat.append(inner.begin(), inner.end());
  return build.create<graph::GatherOp>(build.reshape(x, flat), places, 0);
}

TopK topK(NodeBuilder &build, MaybeValue x, int64_t k, int64_t axis, bool largest) {
  if (failed(x))
    return {failure(), failure()};
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  std::swap(order[axis], order.back()); // its own inverse
  bool isLast = axis + 1 == static_cast<int64_t>(order.size());
  auto moved = [&](MaybeValue value) { return isLast ? value : build.transpose(value, order); };
  MaybeValue rows = moved(x);
  if (!largest)
    rows = build.create<graph::NegOp>(rows);
  MaybeValue values = build.create<graph::TopKValuesOp>(rows, k);
  MaybeValue indices =
      build.createTyped<graph::TopKIndicesOp>(build.builder().getI32Type(), rows, k);
  if (!largest)
    values = build.create<graph::NegOp>(values);
  return {moved(values), moved(indices)};
}

MaybeValue countAlong(NodeBuilder &build, Type type, int64_t rank, int64_t axis, int64_t size) {
  if (size > NodeBuilder::kMaxFill)
    return build.error() << "a dimension of " << size << " is too large to be counted";
  SmallVector<int64_t> shape(rank, 1);
  if (rank > 0)
    shape[axis] = size;
  auto values = llvm::to_vector(llvm::seq<int64_t>(0, size));
  if (isa<IntegerType>(type))
    return build.integerConstant(type, shape, values);
  return build.constant(type, shape, SmallVector<float>(values.begin(), values.end()));
}

MaybeValue oneHot(NodeBuilder &build, MaybeValue indices, int64_t depth, int64_t axis,
                  MaybeValue on, MaybeValue off) {
  if (failed(indices))
    return failure();
  SmallVector<int64_t> apart(shapeOf(*indices));
  apart.insert(apart.begin() + axis, 1);
  MaybeValue places = countAlong(build, getElementTypeOrSelf(*indices),
                                 static_cast<int64_t>(apart.size()), axis, depth);
  MaybeValue isThere = build.compare<graph::EqualOp>(build.reshape(indices, apart), places);
  return build.select(isThere, on, off);
}

MaybeValue reversed(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> axes) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> size(shapeOf(*x)), begin(size.size(), 0), strides(size.size(), 1);
  for (int64_t axis : axes) {
    begin[axis] = std::max<int64_t>(size[axis] - 1, 0);
    strides[axis] = size[axis] > 0 ? -1 : 1;
  }
  return build.create<graph::SliceOp>(x, begin, size, strides);
}

MaybeValue reverseStarts(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> lengths, int64_t batch,
                         int64_t time) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  int64_t count = countOf(shape);
  if (batch == time || static_cast<int64_t>(lengths.size()) != shape[batch] ||
      count > NodeBuilder::kMaxFill)
    return build.error() << lengths.size() << " lengths along dimension " << batch
                         << " of a tensor of shape " << shapeText(shape);
  for (int64_t length : lengths)
    if (length < 0 || length > shape[time])
      return build.error() << "a length of " << length << " in a dimension of " << shape[time];
  SmallVector<int64_t> steps = stepsOf(shape), places;
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = i / steps[time] % shape[time], length = lengths[i / steps[batch] % shape[batch]];
    places.push_back(at < length ? i + (length - 1 - 2 * at) * steps[time] : i);
  }
  return rearranged(build, x, shape, places);
}

/// The elements moved by `distance` to the back, `filler` in the front.
static MaybeValue delayed(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t distance,
                          float filler) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> size(shapeOf(*x)), begin(size.size(), 0), strides(size.size(), 1),
      low(begin), high(begin);
  size[axis] -= distance;
  low[axis] = distance;
  return build.create<graph::PadOp>(build.create<graph::SliceOp>(x, begin, size, strides), low,
                                    high, llvm::APFloat(filler));
}

/// In rounds that each double how far back an element has looked.
MaybeValue cumulate(NodeBuilder &build, MaybeValue x, const Cumulation &how) {
  if (failed(x))
    return failure();
  MaybeValue result = how.backwards ? reversed(build, x, how.axis) : x;
  int64_t size = shapeOf(*x)[how.axis];
  float neutral = how.multiplies ? 1 : 0;
  if (how.exclusive && size > 0)
    result = delayed(build, result, how.axis, 1, neutral);
  for (int64_t distance = 1; distance < size; distance *= 2) {
    MaybeValue before = delayed(build, result, how.axis, distance, neutral);
    result = how.multiplies ? build.multiply(result, before) : build.add(result, before);
  }
  return how.backwards ? reversed(build, result, how.axis) : result;
}

MaybeValue keepWhere(NodeBuilder &build, MaybeValue mask, MaybeValue x, double elsewhere) {
  if (failed(x))
    return failure();
  return build.select(mask, x, build.scalarLike(*x, elsewhere));
}

} // namespace tandem
