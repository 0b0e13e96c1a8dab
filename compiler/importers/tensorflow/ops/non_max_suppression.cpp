// Of boxes that overlap the best ones, in results of a size that the node says.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/common/suppression.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tensorflow {

namespace {
constexpr int64_t kMostScores = 1 << 24; ///< of all boxes for all classes
/// Overlaps are 1 at most: as a threshold it keeps them all.
constexpr double kAboveEveryOverlap = 2;

/// An input that is one real number, known at compile time.
FailureOr<double> knownReal(TfNode &node, size_t index, StringRef what) {
  FailureOr<Numbers> numbers = node.constant(index, what);
  if (failed(numbers))
    return failure();
  if (!numbers->isReal() || numbers->count() != 1 || std::isnan(numbers->reals[0]))
    return node.invalid(what + " is no single real number");
  return numbers->reals[0];
}

/// The thresholds of overlaps and scores, from input `first` on.
FailureOr<Suppression> readThresholds(TfNode &node, size_t first) {
  FailureOr<double> overlap = knownReal(node, first, "the threshold of overlaps"),
                    score = knownReal(node, first + 1, "the threshold of scores");
  if (failed(overlap) || failed(score))
    return failure();
  if (*overlap < 0 || *overlap > 1)
    return node.invalid("the threshold of overlaps is not between 0 and 1");
  // -inf takes every score, and so does the lowest number.
  return Suppression{.scoreThreshold = std::max<double>(*score, kNeverChosen),
                     .overlapThreshold = *overlap,
                     .refusesEqualScore = true};
}

LogicalResult checkMost(TfNode &node, int64_t most, int64_t boxes) {
  if (most < 1 || std::min(most, boxes) > kMostChoices)
    return node.unsupported(Twine(most) + " boxes, expected 1 to " + Twine(kMostChoices));
  return success();
}

LogicalResult checkIsFloat32(TfNode &node, Value boxes, Value scores) {
  if (!getElementTypeOrSelf(boxes).isF32() || !getElementTypeOrSelf(scores).isF32())
    return node.unsupported("boxes or scores that are not float32");
  return success();
}

LogicalResult refuseShapes(TfNode &node, Value boxes, Value scores) {
  return node.invalid("boxes of shape " + shapeText(shapeOf(boxes)) + " with scores of shape " +
                      shapeText(shapeOf(scores)));
}

/// NonMaxSuppressionV4, and V5 with a sigma and the scores as a result: places of the chosen boxes,
/// and how many there are. With a sigma no overlap is too large by itself.
template <bool hasSigma> FailureOr<Values> importSuppression(TfNode &node) {
  MaybeValue boxes = node.input(0), scores = node.input(1);
  FailureOr<int64_t> most = node.integer(2, "the number of boxes");
  FailureOr<Suppression> how = readThresholds(node, 3);
  FailureOr<double> sigma = hasSigma ? knownReal(node, 5, "sigma") : FailureOr<double>(0.0);
  bool isPadded = node.flag("pad_to_max_output_size", false);
  if (node.failed() || failed(boxes) || failed(scores) || failed(most) || failed(how) ||
      failed(sigma))
    return failure();
  if (!isPadded)
    return node.unsupported("without 'pad_to_max_output_size' the size of its result depends on "
                            "data");
  ArrayRef<int64_t> shape = shapeOf(*boxes);
  if (shape.size() != 2 || shape[1] != 4 || shape[0] < 1 || shapeOf(*scores) != shape.take_front())
    return refuseShapes(node, *boxes, *scores);
  if (*sigma < 0)
    return node.invalid("sigma is negative");
  if (failed(checkIsFloat32(node, *boxes, *scores)) || failed(checkMost(node, *most, shape[0])))
    return failure();
  how->most = *most;
  how->sigma = *sigma;
  if (*sigma > 0)
    how->overlapThreshold = kAboveEveryOverlap;
  PaddedChoice chosen = choosePadded(node, boxesBetween(node, boxes), scores, *how);
  if (failed(chosen.places) || failed(chosen.scores) || failed(chosen.count))
    return failure();
  return hasSigma ? Values{*chosen.places, *chosen.scores, *chosen.count}
                  : Values{*chosen.places, *chosen.count};
}

/// What CombinedNonMaxSuppression chooses among: every class of every picture by itself, of which
/// boxes are one for all or have one each.
struct Candidates {
  MaybeValue boxes, scores; ///< [pictures, 1 or classes, boxes, 4], [pictures, classes, boxes]
  int64_t pictures = 1, classes = 1, count = 1, boxClasses = 1;
};

FailureOr<Candidates> readCandidates(TfNode &node) {
  MaybeValue boxes = node.input(0), scores = node.input(1);
  if (failed(boxes) || failed(scores))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*boxes), scoreShape = shapeOf(*scores);
  bool fits = shape.size() == 4 && scoreShape.size() == 3 && shape[3] == 4 &&
              shape.take_front(2) == scoreShape.take_front(2) && !llvm::is_contained(shape, 0) &&
              !llvm::is_contained(scoreShape, 0) && (shape[2] == 1 || shape[2] == scoreShape[2]);
  if (!fits)
    return refuseShapes(node, *boxes, *scores);
  if (graph::tensorType(*scores).getNumElements() > kMostScores)
    return node.unsupported("more than " + Twine(kMostScores) + " scores");
  if (failed(checkIsFloat32(node, *boxes, *scores)))
    return failure();
  return Candidates{node.transpose(boxes, {0, 2, 1, 3}),
                    node.transpose(scores, {0, 2, 1}),
                    shape[0],
                    scoreShape[2],
                    shape[1],
                    shape[2]};
}

/// Edges for each row of scores: [boxes] where all rows share them.
Boxes edgesOf(TfNode &node, const Candidates &from) {
  bool isShared = from.pictures == 1 && from.boxClasses == 1;
  auto ofRows = [&](MaybeValue edge) {
    if (isShared)
      return node.reshape(edge, from.count);
    return node.reshape(expandTo(node, edge, {from.pictures, from.classes, from.count}),
                        {from.pictures * from.classes, from.count});
  };
  Boxes edges = boxesBetween(node, from.boxes);
  return {ofRows(edges.top), ofRows(edges.left), ofRows(edges.bottom), ofRows(edges.right)};
}

/// The corners as the node is given them, [pictures, chosen, 4].
MaybeValue cornersAt(TfNode &node, const Candidates &from, const BestOfClasses &best) {
  MaybeValue places = best.places;
  if (from.boxClasses > 1)
    places = node.add(places, node.multiply(best.classes, static_cast<double>(from.count)));
  return entriesOfRows(
      node, node.reshape(from.boxes, {from.pictures, from.boxClasses * from.count, 4}), places);
}

/// CombinedNonMaxSuppression: boxes, scores, how many of a class and of a picture, and the
/// thresholds. Results are boxes, scores and classes of each picture, best first, and how many
/// there are.
FailureOr<Values> importCombined(TfNode &node) {
  FailureOr<Candidates> from = readCandidates(node);
  FailureOr<int64_t> ofClass = node.integer(2, "the number of boxes of a class"),
                     ofPicture = node.integer(3, "the number of boxes");
  FailureOr<Suppression> how = readThresholds(node, 4);
  bool padsPerClass = node.flag("pad_per_class", false), clips = node.flag("clip_boxes", true);
  if (node.failed() || failed(from) || failed(ofClass) || failed(ofPicture) || failed(how))
    return failure();
  if (*ofPicture < 1 || *ofPicture > NodeBuilder::kMaxFill)
    return node.unsupported(Twine(*ofPicture) + " boxes in all");
  if (failed(checkMost(node, *ofClass, from->count)))
    return failure();
  how->most = std::min(*ofClass, *ofPicture);
  Chosen chosen =
      chooseBoxes(node, edgesOf(node, *from),
                  node.reshape(from->scores, {from->pictures * from->classes, from->count}), *how);
  BestOfClasses best = bestOfClasses(node, chosen, from->classes, *ofPicture);
  if (failed(best.scores))
    return failure();
  MaybeValue corners = cornersAt(node, *from, best);
  if (clips)
    corners = clampBetween(node, corners, 0, 1);
  MaybeValue isThere = node.compare<graph::GreaterOp>(best.scores, kNeverChosen);
  int64_t size = padsPerClass && *ofClass < *ofPicture // which a product could overflow for
                     ? std::min(*ofPicture, *ofClass * from->classes)
                     : *ofPicture;
  int64_t found = shapeOf(*best.scores)[1];
  auto padded = [&](MaybeValue value, MaybeValue mask) {
    return filledUp(node, keepWhere(node, mask, value, 0), 1, size);
  };
  MaybeValue classes = node.cast(best.classes, node.builder().getF32Type());
  MaybeValue results[] = {padded(corners, node.reshape(isThere, {from->pictures, found, 1})),
                          padded(best.scores, isThere), padded(classes, isThere),
                          node.create<graph::SumOp>(node.cast(isThere, node.builder().getI32Type()),
                                                    ArrayRef<int64_t>{1}, /*keepDims=*/false)};
  Values values;
  for (MaybeValue result : results) {
    if (failed(result))
      return failure();
    values.push_back(*result);
  }
  return values;
}
} // namespace

void registerNonMaxSuppression(OpTable &table) {
  table.addList("NonMaxSuppressionV4", importSuppression<false>);
  table.nameOutputs("NonMaxSuppressionV4", {"selected_indices", "valid_outputs"});
  table.addList("NonMaxSuppressionV5", importSuppression<true>);
  table.nameOutputs("NonMaxSuppressionV5",
                    {"selected_indices", "selected_scores", "valid_outputs"});
  table.addList("CombinedNonMaxSuppression", importCombined);
  table.nameOutputs("CombinedNonMaxSuppression",
                    {"nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"});
}

} // namespace tandem::tensorflow
