#include "compiler/importers/common/pieces.h"

#include "compiler/importers/common/selections.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {

namespace {
struct Run {
  int64_t begin, size, stride;
};

/// How many places at the front are equally far apart; a repeated one stands alone.
int64_t runLength(ArrayRef<int64_t> places) {
  if (places.size() < 2 || places[1] == places[0])
    return 1;
  size_t length = 2;
  while (length < places.size() && places[length] - places[length - 1] == places[1] - places[0])
    ++length;
  return static_cast<int64_t>(length);
}

/// The run at the front. A place whose neighbour begins a longer one stands alone.
Run frontRun(ArrayRef<int64_t> places) {
  int64_t length = runLength(places);
  if (length == 1 || (length == 2 && runLength(places.drop_front()) > 2))
    return {places[0], 1, 1};
  return {places[0], length, places[1] - places[0]};
}
} // namespace

static size_t countRuns(ArrayRef<int64_t> places) {
  size_t count = 0;
  for (; !places.empty(); ++count)
    places = places.drop_front(frontRun(places).size);
  return count;
}

MaybeValue sliceAlong(NodeBuilder &build, MaybeValue value, int64_t axis, int64_t begin,
                      int64_t size, int64_t stride) {
  if (failed(value))
    return failure();
  SmallVector<int64_t> begins(shapeOf(*value).size(), 0), sizes(shapeOf(*value)),
      strides(begins.size(), 1);
  begins[axis] = begin;
  sizes[axis] = size;
  strides[axis] = stride;
  return build.create<graph::SliceOp>(value, begins, sizes, strides);
}

/// Constants side by side as one; null where one is none or does not fit.
static Value joined(NodeBuilder &build, ArrayRef<Value> parts, int64_t axis) {
  RankedTensorType first = graph::tensorType(parts.front());
  if (first.getRank() <= axis || !isa<FloatType, IntegerType>(first.getElementType()))
    return nullptr;
  SmallVector<int64_t> shape(first.getShape());
  SmallVector<graph::ConstantBytes> constants;
  shape[axis] = 0;
  for (Value part : parts) {
    RankedTensorType type = graph::tensorType(part);
    std::optional<graph::ConstantBytes> elements = graph::constantOf(part);
    if (!elements || type.getElementType() != first.getElementType() ||
        type.getRank() != first.getRank())
      return nullptr;
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (d != axis && type.getShape()[d] != shape[d])
        return nullptr;
    shape[axis] += type.getShape()[axis];
    constants.push_back(std::move(*elements));
  }
  std::vector<char> bytes;
  int64_t rows = *elementCount(ArrayRef(shape).take_front(axis));
  for (int64_t row = 0; row < rows; ++row) // a row is all from the dimension on
    for (const graph::ConstantBytes &part : constants) {
      size_t size = part.raw().size() / rows;
      ArrayRef<char> taken = part.raw().slice(row * size, size);
      bytes.insert(bytes.end(), taken.begin(), taken.end());
    }
  if (bytes.empty())
    return nullptr;
  auto type = RankedTensorType::get(shape, first.getElementType());
  return graph::ConstantOp::create(build.builder(), build.location(), type,
                                   graph::takeElements(type, std::move(bytes)));
}

FailureOr<SmallVector<Value>> splitAlong(NodeBuilder &build, MaybeValue value, int64_t axis,
                                         ArrayRef<int64_t> sizes) {
  SmallVector<Value> parts;
  int64_t begin = 0;
  for (int64_t size : sizes) {
    // One without elements may stand behind the last element, where no slice begins.
    MaybeValue part = sliceAlong(build, value, axis, size == 0 ? 0 : begin, size);
    if (failed(part))
      return failure();
    parts.push_back(*part);
    begin += size;
  }
  return parts;
}

MaybeValue concatAlong(NodeBuilder &build, ArrayRef<Value> parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  return build.createTyped<graph::ConcatOp>(getElementTypeOrSelf(parts.front()), ValueRange(parts),
                                            axis);
}

MaybeValue concatWeights(NodeBuilder &build, ArrayRef<Value> parts, int64_t axis) {
  Value constant = parts.size() > 1 ? joined(build, parts, axis) : nullptr;
  return constant ? MaybeValue(constant) : concatAlong(build, parts, axis);
}

MaybeValue rolled(NodeBuilder &build, MaybeValue value, int64_t axis, int64_t shift) {
  if (failed(value))
    return failure();
  int64_t size = shapeOf(*value)[axis];
  int64_t moved = size > 0 ? (shift % size + size) % size : 0;
  if (moved == 0)
    return value;
  MaybeValue front = sliceAlong(build, value, axis, size - moved, moved),
             back = sliceAlong(build, value, axis, 0, size - moved);
  if (failed(front) || failed(back))
    return failure();
  return concatAlong(build, {*front, *back}, axis);
}

std::optional<SmallVector<int64_t>> partSizes(ArrayRef<int64_t> given, int64_t extent) {
  SmallVector<int64_t> sizes(given);
  int64_t left = extent, *open = nullptr;
  for (int64_t &size : sizes) {
    if (size == -1 && !open) {
      open = &size;
      continue;
    }
    if (size < 0 || size > left)
      return std::nullopt;
    left -= size;
  }
  if (open)
    *open = left;
  return open || left == 0 ? std::optional(sizes) : std::nullopt;
}

MaybeValue pickAlong(NodeBuilder &build, MaybeValue value, int64_t axis, ArrayRef<int64_t> places) {
  if (failed(value))
    return failure();
  if (places.empty())
    return sliceAlong(build, value, axis, 0, 0);
  constexpr size_t kFewRuns = 8;
  if (countRuns(places) > kFewRuns)
    return takeAlong(build, value,
                     build.integerConstant(build.builder().getI64Type(),
                                           static_cast<int64_t>(places.size()), places),
                     axis);
  SmallVector<Value> parts;
  while (!places.empty()) {
    Run run = frontRun(places);
    MaybeValue part = sliceAlong(build, value, axis, run.begin, run.size, run.stride);
    if (failed(part))
      return failure();
    parts.push_back(*part);
    places = places.drop_front(run.size);
  }
  return concatAlong(build, parts, axis);
}

} // namespace tandem
