#include "compiler/importers/common/suppression.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

using namespace mlir;

namespace tandem {

namespace {
/// The boxes and what is compared with them, each broadcasting to [rows, boxes].
struct Sides {
  Boxes boxes;
  MaybeValue area = failure();
};

Sides alongRows(NodeBuilder &build, const Boxes &boxes, int64_t count) {
  auto row = [&](MaybeValue edge) {
    return failed(edge) || shapeOf(*edge).size() == 2 ? edge : build.reshape(edge, {1, count});
  };
  Sides sides = {{row(boxes.top), row(boxes.left), row(boxes.bottom), row(boxes.right)}};
  sides.area = build.multiply(build.subtract(sides.boxes.bottom, sides.boxes.top),
                              build.subtract(sides.boxes.right, sides.boxes.left));
  return sides;
}

/// Places in rows of `size` as places in all of them, one behind the other.
MaybeValue inAllRows(NodeBuilder &build, MaybeValue places, int64_t rows, int64_t size) {
  if (failed(places) || rows == 1)
    return places;
  SmallVector<int64_t> begins;
  for (int64_t row = 0; row < rows; ++row)
    begins.push_back(row * size);
  return build.add(places, build.integerConstant(getElementTypeOrSelf(*places), {rows, 1}, begins));
}

/// Elements at places that are never counted from the back, in all rows one behind the other.
MaybeValue elementsAt(NodeBuilder &build, MaybeValue rows, MaybeValue places) {
  if (failed(rows))
    return failure();
  int64_t count = graph::tensorType(*rows).getNumElements();
  return build.create<graph::GatherOp>(build.reshape(rows, count), places, int64_t(0));
}

/// The one box of each row, [rows, 1], at places [rows, 1].
Sides atPlaces(NodeBuilder &build, const Sides &all, MaybeValue places) {
  if (failed(all.area))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*all.area);
  places = inAllRows(build, places, shape[0], shape[1]);
  auto pick = [&](MaybeValue edge) { return elementsAt(build, edge, places); };
  return {
      {pick(all.boxes.top), pick(all.boxes.left), pick(all.boxes.bottom), pick(all.boxes.right)},
      pick(all.area)};
}

/// What each box has in common with the one box, over what they cover together. Boxes of no area
/// have nothing in common.
MaybeValue overlapOf(NodeBuilder &build, const Sides &all, const Sides &one) {
  auto common = [&](MaybeValue low, MaybeValue oneLow, MaybeValue high, MaybeValue oneHigh) {
    return build.create<graph::ReluOp>(build.subtract(build.create<graph::MinimumOp>(high, oneHigh),
                                                      build.create<graph::MaximumOp>(low, oneLow)));
  };
  MaybeValue inside =
      build.multiply(common(all.boxes.top, one.boxes.top, all.boxes.bottom, one.boxes.bottom),
                     common(all.boxes.left, one.boxes.left, all.boxes.right, one.boxes.right));
  MaybeValue together = build.subtract(build.add(all.area, one.area), inside);
  MaybeValue areBoth =
      build.create<graph::LogicalAndOp>(build.compare<graph::GreaterOp>(all.area, 0.0),
                                        build.compare<graph::GreaterOp>(one.area, 0.0));
  return keepWhere(build, areBoth, build.divide(inside, together), 0);
}

/// The scores that are above their threshold.
MaybeValue aboveThreshold(NodeBuilder &build, MaybeValue scores, const Suppression &how) {
  MaybeValue isAbove = how.refusesEqualScore
                           ? build.compare<graph::GreaterOp>(scores, how.scoreThreshold)
                           : build.compare<graph::GreaterEqualOp>(scores, how.scoreThreshold);
  return keepWhere(build, isAbove, scores, kNeverChosen);
}

/// Scores that fall the more the box overlaps the chosen one.
MaybeValue softened(NodeBuilder &build, MaybeValue live, MaybeValue overlap,
                    const Suppression &how) {
  MaybeValue decay =
      build.create<graph::ExpOp>(build.multiply(square(build, overlap), -0.5 / how.sigma));
  MaybeValue isLive = build.compare<graph::GreaterOp>(live, kNeverChosen);
  return aboveThreshold(build, keepWhere(build, isLive, build.multiply(live, decay), kNeverChosen),
                        how);
}
} // namespace

Boxes boxesBetween(NodeBuilder &build, MaybeValue corners) {
  if (failed(corners))
    return {};
  SmallVector<int64_t> shape(shapeOf(*corners).drop_back());
  auto axis = static_cast<int64_t>(shape.size());
  auto edge = [&](int64_t index) {
    return build.reshape(sliceAlong(build, corners, axis, index, 1), shape);
  };
  auto low = [&](int64_t index) {
    return build.create<graph::MinimumOp>(edge(index), edge(index + 2));
  };
  auto high = [&](int64_t index) {
    return build.create<graph::MaximumOp>(edge(index), edge(index + 2));
  };
  return {low(0), low(1), high(0), high(1)};
}

Chosen chooseBoxes(NodeBuilder &build, const Boxes &boxes, MaybeValue scores,
                   const Suppression &how) {
  if (failed(scores))
    return {failure(), failure()};
  Type i32 = build.builder().getI32Type();
  int64_t count = shapeOf(*scores)[1];
  Sides all = alongRows(build, boxes, count);
  MaybeValue live = aboveThreshold(build, scores, how);
  MaybeValue numbers = countAlong(build, i32, 2, 1, count);
  SmallVector<Value> places, found;
  for (int64_t i = 0; i < std::min(how.most, count); ++i) {
    MaybeValue place =
        build.createTyped<graph::ArgMaxOp>(i32, live, uint64_t(1), /*keepDims=*/true);
    MaybeValue score =
        build.create<graph::ReduceMaxOp>(live, ArrayRef<int64_t>{1}, /*keepDims=*/true);
    if (failed(place) || failed(score))
      return {failure(), failure()};
    places.push_back(*place);
    found.push_back(*score);
    MaybeValue overlap = overlapOf(build, all, atPlaces(build, all, place));
    MaybeValue isTooMuch = how.refusesEqualOverlap
                               ? build.compare<graph::GreaterEqualOp>(overlap, how.overlapThreshold)
                               : build.compare<graph::GreaterOp>(overlap, how.overlapThreshold);
    MaybeValue isGone =
        build.create<graph::LogicalOrOp>(isTooMuch, build.compare<graph::EqualOp>(numbers, place));
    if (failed(live))
      return {failure(), failure()};
    live = build.select(isGone, build.scalarLike(*live, kNeverChosen), live);
    if (how.sigma > 0)
      live = softened(build, live, overlap, how);
  }
  return {concatAlong(build, places, 1), concatAlong(build, found, 1)};
}

MaybeValue filledUp(NodeBuilder &build, MaybeValue entries, int64_t axis, int64_t size,
                    float number) {
  if (failed(entries) || shapeOf(*entries)[axis] == size)
    return entries;
  SmallVector<int64_t> shape(shapeOf(*entries));
  shape[axis] = size - shape[axis];
  MaybeValue missing = build.fill(getElementTypeOrSelf(*entries), shape, number);
  return failed(missing) ? missing : concatAlong(build, {*entries, *missing}, axis);
}

PaddedChoice choosePadded(NodeBuilder &build, const Boxes &boxes, MaybeValue scores,
                          const Suppression &how) {
  if (failed(scores))
    return {};
  Chosen chosen = chooseBoxes(build, boxes, build.reshape(scores, {1, shapeOf(*scores)[0]}), how);
  if (failed(chosen.scores))
    return {};
  int64_t count = shapeOf(*chosen.scores)[1];
  MaybeValue found = build.reshape(chosen.scores, count);
  MaybeValue isThere = build.compare<graph::GreaterOp>(found, kNeverChosen);
  MaybeValue areThere = build.cast(isThere, build.builder().getI32Type());
  MaybeValue places = build.multiply(build.reshape(chosen.places, count), areThere);
  return {filledUp(build, places, 0, how.most),
          filledUp(build, keepWhere(build, isThere, found, 0), 0, how.most),
          build.create<graph::SumOp>(areThere, ArrayRef<int64_t>{0}, /*keepDims=*/false)};
}

BestOfClasses bestOfClasses(NodeBuilder &build, const Chosen &chosen, int64_t classes,
                            int64_t most) {
  if (failed(chosen.scores))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*chosen.scores);
  int64_t pictures = shape[0] / classes, each = shape[1], all = classes * each;
  TopK best = topK(build, build.reshape(chosen.scores, {pictures, all}), std::min(most, all), 1,
                   /*largest=*/true);
  if (failed(best.indices))
    return {};
  return {elementsAt(build, chosen.places, inAllRows(build, best.indices, pictures, all)),
          best.values,
          build.create<graph::FloorDivOp>(
              best.indices, build.scalarLike(*best.indices, static_cast<double>(each)))};
}

MaybeValue entriesOfRows(NodeBuilder &build, MaybeValue x, MaybeValue places) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  SmallVector<int64_t> all = {shape[0] * shape[1]};
  llvm::append_range(all, shape.drop_front(2));
  return build.create<graph::GatherOp>(build.reshape(x, all),
                                       inAllRows(build, places, shape[0], shape[1]), int64_t(0));
}

/// Of each box [rows, boxes, 1] whether it leaves out a box behind it, [rows, boxes, boxes].
static MaybeValue coversLater(NodeBuilder &build, const Boxes &boxes, Value classes,
                              double overlapThreshold) {
  if (failed(boxes.top))
    return failure();
  int64_t rows = shapeOf(*boxes.top)[0], count = shapeOf(*boxes.top)[1];
  Sides all = alongRows(build, boxes, count);
  auto inShape = [&](const Sides &sides, ArrayRef<int64_t> shape) {
    auto shaped = [&](MaybeValue value) { return build.reshape(value, shape); };
    return Sides{{shaped(sides.boxes.top), shaped(sides.boxes.left), shaped(sides.boxes.bottom),
                  shaped(sides.boxes.right)},
                 shaped(sides.area)};
  };
  SmallVector<int64_t> later = {rows, 1, count}, earlier = {rows, count, 1};
  MaybeValue overlap = overlapOf(build, inShape(all, later), inShape(all, earlier));
  MaybeValue covers = build.create<graph::LogicalAndOp>(
      build.compare<graph::GreaterOp>(overlap, overlapThreshold),
      build.compare<graph::LessOp>(countAlong(build, build.builder().getI32Type(), 3, 1, count),
                                   countAlong(build, build.builder().getI32Type(), 3, 2, count)));
  if (!classes)
    return covers;
  return build.create<graph::LogicalAndOp>(
      covers, build.compare<graph::EqualOp>(build.reshape(classes, earlier),
                                            build.reshape(classes, later)));
}

MaybeValue uncovered(NodeBuilder &build, const Boxes &boxes, MaybeValue live, Value classes,
                     double overlapThreshold) {
  MaybeValue covers = coversLater(build, boxes, classes, overlapThreshold);
  if (failed(covers) || failed(live))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*live));
  for (int64_t i = 0; i + 1 < shape[1]; ++i) {
    MaybeValue covered = build.reshape(sliceAlong(build, covers, 1, i, 1), shape);
    MaybeValue isGone =
        build.create<graph::LogicalAndOp>(covered, sliceAlong(build, live, 1, i, 1));
    live = build.create<graph::LogicalAndOp>(live, build.create<graph::LogicalNotOp>(isGone));
  }
  return live;
}

} // namespace tandem
