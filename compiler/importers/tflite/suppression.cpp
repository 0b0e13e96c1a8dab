#include "compiler/importers/tflite/suppression.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// The boxes and what is compared with them, each broadcasting to [rows, boxes].
struct Sides {
  Boxes boxes;
  MaybeValue area = failure();
};

Sides alongRows(NodeBuilder &build, const Boxes &boxes, int64_t count) {
  auto row = [&](MaybeValue edge) { return build.reshape(edge, {1, count}); };
  Sides sides = {{row(boxes.top), row(boxes.left), row(boxes.bottom), row(boxes.right)}};
  sides.area = build.multiply(build.subtract(sides.boxes.bottom, sides.boxes.top),
                              build.subtract(sides.boxes.right, sides.boxes.left));
  return sides;
}

/// The one box of each row, [rows, 1], at places [rows, 1] that are never counted from the back.
Sides atPlaces(NodeBuilder &build, const Sides &all, int64_t count, MaybeValue places) {
  auto pick = [&](MaybeValue edge) {
    return build.create<graph::GatherOp>(build.reshape(edge, count), places, int64_t(0));
  };
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
  MaybeValue isAbove = how.refusesEqual
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
    MaybeValue overlap = overlapOf(build, all, atPlaces(build, all, count, place));
    MaybeValue isTooMuch = how.refusesEqual
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

} // namespace tandem::tflite
