#include "compiler/importers/common/placed.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/selections.h"

#include <cmath>

using namespace mlir;

namespace tandem {

int64_t comparisonsOf(ArrayRef<int64_t> shape, int64_t count) {
  int64_t all = std::min(count, kMostComparisons + 1);
  for (int64_t size : shape) // each step stays far below what an integer holds
    all = all > kMostComparisons ? all : all * std::min(size, kMostComparisons + 1);
  return all;
}

namespace {

/// Indices that count from the back where they are negative, as they are from the front.
MaybeValue fromFront(NodeBuilder &build, MaybeValue indices, int64_t size) {
  return build.select(build.compare<graph::LessOp>(indices, 0.0),
                      build.add(indices, static_cast<double>(size)), indices);
}

SmallVector<int64_t> withOne(ArrayRef<int64_t> shape, int64_t axis) {
  SmallVector<int64_t> result(shape);
  result.insert(result.begin() + axis, 1);
  return result;
}

/// Of every place of dimension `axis` and every index, which is the dimension behind it, whether
/// the index means the place.
MaybeValue hitsOf(NodeBuilder &build, MaybeValue indices, int64_t axis, int64_t size) {
  if (failed(indices))
    return failure();
  SmallVector<int64_t> apart = withOne(shapeOf(*indices), axis);
  MaybeValue places = countAlong(build, getElementTypeOrSelf(*indices),
                                 static_cast<int64_t>(apart.size()), axis, size);
  return build.compare<graph::EqualOp>(build.reshape(fromFront(build, indices, size), apart),
                                       places);
}

/// For every place the last index that means it, or -1.
MaybeValue lastHit(NodeBuilder &build, MaybeValue hits, int64_t axis) {
  if (failed(hits))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*hits);
  MaybeValue numbers = countAlong(build, build.builder().getF32Type(),
                                  static_cast<int64_t>(shape.size()), axis + 1, shape[axis + 1]);
  return build.create<graph::ReduceMaxOp>(keepWhere(build, hits, numbers, -1),
                                          ArrayRef<int64_t>{axis + 1}, /*keepDims=*/false);
}

/// A number that no model's elements are beyond.
double mostOf(Type type) {
  constexpr unsigned kExactBits = 62;
  return isa<FloatType>(type)
             ? INFINITY
             : std::ldexp(1.0, std::min(type.getIntOrFloatBitWidth() - 1, kExactBits)) - 1;
}

/// What comes to each place, all of it together, with what is there.
MaybeValue met(NodeBuilder &build, MaybeValue x, MaybeValue hits, MaybeValue updates, int64_t axis,
               Meeting meeting) {
  if (failed(x) || failed(updates))
    return failure();
  Type type = getElementTypeOrSelf(*x);
  MaybeValue apart = build.reshape(updates, withOne(shapeOf(*updates), axis));
  SmallVector<int64_t> axes = {axis + 1};
  auto reachingOr = [&](double elsewhere) { return keepWhere(build, hits, apart, elsewhere); };
  switch (meeting) {
  case Meeting::kReplace:
    break;
  case Meeting::kAdd:
    return build.add(x, build.create<graph::SumOp>(reachingOr(0), axes, false));
  case Meeting::kMultiply:
    return build.multiply(x, build.create<graph::ReduceProdOp>(reachingOr(1), axes, false));
  case Meeting::kLarger:
    return build.create<graph::MaximumOp>(
        x, build.create<graph::ReduceMaxOp>(reachingOr(-mostOf(type)), axes, false));
  case Meeting::kSmaller:
    return build.create<graph::MinimumOp>(
        x, build.create<graph::ReduceMinOp>(reachingOr(mostOf(type)), axes, false));
  }
  return failure();
}

} // namespace

MaybeValue placeSlices(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                       int64_t axis, Meeting meeting) {
  if (failed(x) || failed(updates))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x)), along(shape.size(), 1);
  along[axis] = shape[axis];
  MaybeValue hits = hitsOf(build, indices, 0, shape[axis]);
  if (meeting != Meeting::kReplace) {
    SmallVector<int64_t> aligned = withOne(along, axis + 1);
    aligned[axis + 1] = shapeOf(*updates)[axis];
    return met(build, x, build.reshape(hits, aligned), updates, axis, meeting);
  }
  MaybeValue last = lastHit(build, hits, 0);
  MaybeValue chosen =
      takeAlong(build, updates,
                build.cast(build.create<graph::ReluOp>(last), build.builder().getI64Type()), axis);
  MaybeValue isHit = build.reshape(build.compare<graph::GreaterEqualOp>(last, 0.0), along);
  return build.select(isHit, chosen, x);
}

MaybeValue placeElements(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                         int64_t axis, Meeting meeting) {
  if (failed(x))
    return failure();
  MaybeValue hits = hitsOf(build, indices, axis, shapeOf(*x)[axis]);
  if (meeting != Meeting::kReplace)
    return met(build, x, hits, updates, axis, meeting);
  MaybeValue last = lastHit(build, hits, axis);
  MaybeValue chosen = gatherElements(
      build, updates, build.cast(build.create<graph::ReluOp>(last), build.builder().getI64Type()),
      axis);
  return build.select(build.compare<graph::GreaterEqualOp>(last, 0.0), chosen, x);
}

} // namespace tandem
