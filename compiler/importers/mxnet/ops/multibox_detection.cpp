#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/mxnet/boxes.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

namespace {
struct Options {
  double scoreThreshold = 0, overlapThreshold = 0;
  int64_t most = 0; ///< boxes that are compared
  bool clips = false, ignoresClasses = false;
  SmallVector<double> variances;
};

FailureOr<Options> readOptions(SymbolNode &node, int64_t anchors) {
  Options options;
  options.scoreThreshold = node.number("threshold", 0.01);
  options.overlapThreshold = node.number("nms_threshold", 0.5);
  options.clips = node.flag("clip", true);
  options.ignoresClasses = node.flag("force_suppress", false);
  options.variances = node.numbers("variances", {0.1, 0.1, 0.2, 0.2});
  int64_t most = node.integer("nms_topk", -1), background = node.integer("background_id", 0);
  if (node.failed())
    return failure();
  if (options.variances.size() != 4)
    return node.invalid("'variances' are " + Twine(options.variances.size()) + ", not 4");
  if (background != 0)
    return node.unsupported("'background_id' " + Twine(background));
  if (!(options.overlapThreshold > 0 && options.overlapThreshold <= 1))
    return node.unsupported("an 'nms_threshold' that is not between 0 and 1");
  options.most = most > 0 ? std::min(most, anchors) : anchors;
  if (options.most > kMostInOrder)
    return node.unsupported("'nms_topk' lets " + Twine(options.most) +
                            " boxes be compared, at most " + Twine(kMostInOrder) + " can be");
  return options;
}

/// [pictures, boxes] as a column of rows.
MaybeValue asColumn(SymbolNode &node, MaybeValue numbers) {
  if (failed(numbers))
    return failure();
  Ints shape(shapeOf(*numbers));
  shape.push_back(1);
  return node.reshape(numbers, shape);
}

/// The best class of every anchor, of those behind the background, and its score.
struct Best {
  MaybeValue classes = failure(), scores = failure();
};
Best bestClasses(SymbolNode &node, MaybeValue probabilities, int64_t classes) {
  MaybeValue objects = sliceAlong(node, probabilities, 1, 1, classes - 1);
  MaybeValue place = node.createTyped<graph::ArgMaxOp>(node.builder().getI32Type(), objects,
                                                       int64_t(1), /*keepDims=*/false);
  return {node.cast(place, node.builder().getF32Type()),
          node.create<graph::ReduceMaxOp>(objects, ArrayRef<int64_t>(1), /*keepDims=*/false)};
}

/// Edges [pictures, boxes] of corners.
Boxes edgesForOverlaps(SymbolNode &node, MaybeValue corners) {
  FailureOr<Boxes> edges = edgesOf(node, corners, "corner");
  if (failed(edges))
    return {};
  auto flat = [&](MaybeValue edge) { return node.reshape(edge, shapeOf(*corners).take_front(2)); };
  return {flat(edges->top), flat(edges->left), flat(edges->bottom), flat(edges->right)};
}

LogicalResult checkShapes(SymbolNode &node, ArrayRef<int64_t> probabilities) {
  if (probabilities.size() != 3 || probabilities[1] < 2 || probabilities[2] < 1)
    return node.invalid("probabilities of shape " + shapeText(probabilities));
  int64_t count = probabilities[2];
  if (!hasSaneSize({probabilities[0], count, 4}))
    return node.invalid("more boxes than any model has");
  return success(succeeded(node.checkShape(1, "location", {probabilities[0], count * 4})) &&
                 succeeded(node.checkShape(2, "table of anchors", {1, count, 4})));
}

/// _contrib_MultiBoxDetection: of every anchor its best class, the score of that, and its box; rows
/// (class, score, left, top, right, bottom), the best first. The class is -1 of those that overlap
/// better ones of their class, and of rows that have no box. Rows behind the 'nms_topk' best are
/// -1, where MXNet has whatever stood there.
MaybeValue importDetection(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape) || failed(checkShapes(node, *shape)))
    return failure();
  int64_t pictures = (*shape)[0], count = (*shape)[2];
  FailureOr<Options> options = readOptions(node, count);
  if (failed(options))
    return failure();
  Best best = bestClasses(node, node.input(0), (*shape)[1]);
  MaybeValue isObject = node.compare<graph::GreaterEqualOp>(best.scores, options->scoreThreshold);
  TopK sorted = topK(node, keepWhere(node, isObject, best.scores, kNeverChosen), options->most, 1,
                     /*largest=*/true);
  auto ofSorted = [&](MaybeValue rows) { return entriesOfRows(node, rows, sorted.indices); };
  MaybeValue anchors = expandTo(node, node.input(2), {pictures, count, 4});
  FailureOr<Boxes> edges = edgesOf(node, ofSorted(anchors), "corner");
  if (failed(edges))
    return failure();
  MaybeValue corners = movedBoxes(node, ofSorted(node.reshape(node.input(1), {pictures, count, 4})),
                                  *edges, options->variances, /*largest=*/0);
  if (options->clips)
    corners = clampBetween(node, corners, 0, 1);
  MaybeValue classes = ofSorted(asColumn(node, best.classes));
  MaybeValue flatClasses = node.reshape(classes, {pictures, options->most});
  if (failed(flatClasses))
    return failure();
  MaybeValue isThere = node.compare<graph::GreaterOp>(sorted.values, kNeverChosen);
  // An overlap that equals the threshold is too much.
  float threshold = std::nextafter(static_cast<float>(options->overlapThreshold), 0.0f);
  MaybeValue stays = uncovered(node, edgesForOverlaps(node, corners), isThere,
                               options->ignoresClasses ? Value() : *flatClasses, threshold);
  MaybeValue there = asColumn(node, isThere);
  MaybeValue named = keepWhere(node, asColumn(node, stays), classes, -1);
  MaybeValue scores = keepWhere(node, there, asColumn(node, sorted.values), -1);
  MaybeValue boxes = keepWhere(node, there, corners, -1);
  if (failed(named) || failed(scores) || failed(boxes))
    return failure();
  return filledUp(node, concatAlong(node, {*named, *scores, *boxes}, 2), 1, count, -1);
}
} // namespace

void registerMultiboxDetection(OpTable &table) {
  for (StringRef op : {"_contrib_MultiBoxDetection", "_npx_multibox_detection"})
    table.add(op, importDetection);
}

} // namespace tandem::mxnet
