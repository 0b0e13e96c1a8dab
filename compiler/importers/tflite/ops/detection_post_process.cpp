// TFLite_Detection_PostProcess, the end of TensorFlow's object detection models: boxes from their
// encodings beside anchors, and the best of those that overlap.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

#include <flatbuffers/flexbuffers.h>

#include <array>
#include <limits>

using namespace mlir;

namespace tandem::tflite {

namespace {
struct Options {
  int64_t detections = 0, classesEach = 1, classes = 0;
  double scoreThreshold = 0, overlapThreshold = 0;
  std::array<double, 4> scales = {1, 1, 1, 1}; ///< of y, x, height, width
};

/// Below every score; finite, so that nothing computed with it is NaN.
constexpr float kNever = std::numeric_limits<float>::lowest();
/// The choices are written out one by one: more of them make too long a graph.
constexpr int64_t kMostDetections = 200, kMostAnchors = 1 << 20;

FailureOr<Options> readOptions(Node &node) {
  ArrayRef<uint8_t> bytes = node.customOptions();
  if (bytes.empty() || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size()) ||
      !flexbuffers::GetRoot(bytes.data(), bytes.size()).IsMap())
    return node.invalid() << "its options are not a FlexBuffers map";
  flexbuffers::Map map = flexbuffers::GetRoot(bytes.data(), bytes.size()).AsMap();
  if (map["use_regular_nms"].AsBool())
    return node.unsupported() << "a choice class by class ('use_regular_nms')";
  Options options;
  options.detections = map["max_detections"].AsInt64();
  options.classesEach = map["max_classes_per_detection"].AsInt64();
  options.classes = map["num_classes"].AsInt64();
  options.scoreThreshold = map["nms_score_threshold"].AsDouble();
  options.overlapThreshold = map["nms_iou_threshold"].AsDouble();
  constexpr std::array kKeys = {"y_scale", "x_scale", "h_scale", "w_scale"};
  for (auto [scale, key] : llvm::zip(options.scales, kKeys))
    scale = map[key].AsDouble();
  if (options.detections < 1 || options.classesEach < 1 || options.classes < 1)
    return node.invalid() << "its options count no detections or no classes";
  if (options.detections > kMostDetections)
    return node.unsupported() << options.detections << " detections, more than " << kMostDetections;
  if (!llvm::all_of(options.scales, [](double scale) { return scale > 0; }))
    return node.invalid() << "a scale is not positive";
  options.classesEach = std::min(options.classesEach, options.classes);
  return options;
}

/// An input as real numbers, of shape [anchors, width] with or without a batch of 1 in front.
FailureOr<Value> rows(Node &node, size_t index, int64_t anchors) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*value));
  if (shape.size() == 3 && shape[0] == 1)
    shape.erase(shape.begin());
  if (shape.size() != 2 || (anchors >= 0 && shape[0] != anchors) || shape[0] < 1 ||
      shape[0] > kMostAnchors)
    return node.unsupported() << "input " << index << " of shape " << shapeText(shapeOf(*value));
  NodeBuilder &build = node.build();
  if (isa<quant::QuantizedType>(getElementTypeOrSelf(*value)))
    value = build.createTyped<graph::DequantizeOp>(node.builder().getF32Type(), *value);
  return build.reshape(value, shape);
}

/// Column `index` of rows, as a vector.
FailureOr<Value> column(NodeBuilder &build, FailureOr<Value> rows, int64_t index) {
  if (failed(rows))
    return failure();
  int64_t count = shapeOf(*rows)[0];
  return build.reshape(sliceAlong(build, rows, 1, index, 1), count);
}

/// Corners of boxes, each a vector.
struct Boxes {
  FailureOr<Value> top = failure(), left = failure(), bottom = failure(), right = failure();
};

/// A centre is the anchor's, moved by parts of the anchor's size; a size is the anchor's times a
/// power of e. Both have (y, x, height, width).
Boxes decode(NodeBuilder &build, FailureOr<Value> encodings, FailureOr<Value> anchors,
             const Options &options) {
  auto edges = [&](int64_t place) {
    FailureOr<Value> size = column(build, anchors, place + 2);
    FailureOr<Value> moved = build.multiply(
        build.multiply(column(build, encodings, place), 1 / options.scales[place]), size);
    FailureOr<Value> centre = build.add(moved, column(build, anchors, place));
    FailureOr<Value> grown = build.create<graph::ExpOp>(
        build.multiply(column(build, encodings, place + 2), 1 / options.scales[place + 2]));
    FailureOr<Value> half = build.multiply(build.multiply(grown, size), 0.5);
    return std::pair(build.subtract(centre, half), build.add(centre, half));
  };
  auto [top, bottom] = edges(0);
  auto [left, right] = edges(1);
  return {top, left, bottom, right};
}

FailureOr<Value> areaOf(NodeBuilder &build, const Boxes &boxes) {
  return build.multiply(build.subtract(boxes.bottom, boxes.top),
                        build.subtract(boxes.right, boxes.left));
}

/// Entries of the first dimension at places that are never counted from the back.
FailureOr<Value> entries(NodeBuilder &build, FailureOr<Value> table, FailureOr<Value> places) {
  return build.create<graph::GatherOp>(table, places, int64_t(0));
}

/// Whether each box has more in common with the one box than the threshold: their intersection,
/// over what they cover together. Boxes of no area have nothing in common.
FailureOr<Value> overlaps(NodeBuilder &build, const Boxes &boxes, FailureOr<Value> area,
                          const Boxes &one, double threshold) {
  auto common = [&](FailureOr<Value> low, FailureOr<Value> oneLow, FailureOr<Value> high,
                    FailureOr<Value> oneHigh) {
    return build.create<graph::ReluOp>(build.subtract(build.create<graph::MinimumOp>(high, oneHigh),
                                                      build.create<graph::MaximumOp>(low, oneLow)));
  };
  FailureOr<Value> inside = build.multiply(common(boxes.top, one.top, boxes.bottom, one.bottom),
                                           common(boxes.left, one.left, boxes.right, one.right));
  FailureOr<Value> together = build.subtract(build.add(area, areaOf(build, one)), inside);
  FailureOr<Value> ratio = build.divide(inside, together);
  FailureOr<Value> areBoth =
      build.create<graph::LogicalAndOp>(build.compare<graph::GreaterOp>(area, 0.0),
                                        build.compare<graph::GreaterOp>(areaOf(build, one), 0.0));
  return build.create<graph::LogicalAndOp>(areBoth,
                                           build.compare<graph::GreaterOp>(ratio, threshold));
}

Boxes pick(NodeBuilder &build, const Boxes &boxes, FailureOr<Value> index) {
  auto at = [&](FailureOr<Value> edge) { return entries(build, edge, index); };
  return {at(boxes.top), at(boxes.left), at(boxes.bottom), at(boxes.right)};
}

/// Places of the chosen boxes, best first, each [1]; and whether there was one left to choose, as
/// 1 or 0.
struct Chosen {
  SmallVector<Value> places, areThere;
};

FailureOr<Chosen> choose(NodeBuilder &build, const Boxes &boxes, FailureOr<Value> best,
                         const Options &options) {
  Type f32 = build.builder().getF32Type(), i32 = build.builder().getI32Type();
  FailureOr<Value> area = areaOf(build, boxes);
  FailureOr<Value> live = best;
  if (failed(best))
    return failure();
  live = build.select(build.compare<graph::GreaterEqualOp>(best, options.scoreThreshold), best,
                      build.scalarLike(*best, kNever));
  int64_t count = shapeOf(*best)[0];
  FailureOr<Value> numbers = countAlong(build, i32, 1, 0, count);
  Chosen chosen;
  for (int64_t i = 0; i < std::min(options.detections, count); ++i) {
    FailureOr<Value> place =
        build.createTyped<graph::ArgMaxOp>(i32, live, uint64_t(0), /*keepDims=*/true);
    FailureOr<Value> score = entries(build, live, place);
    FailureOr<Value> isThere = build.cast(build.compare<graph::GreaterOp>(score, kNever), f32);
    Boxes one = pick(build, boxes, place);
    FailureOr<Value> isGone = build.create<graph::LogicalOrOp>(
        overlaps(build, boxes, area, one, options.overlapThreshold),
        build.compare<graph::EqualOp>(numbers, place));
    if (failed(isThere) || failed(isGone) || failed(live))
      return failure();
    live = build.select(isGone, build.scalarLike(*live, kNever), live);
    chosen.places.push_back(*place);
    chosen.areThere.push_back(*isThere);
  }
  return chosen;
}

/// Rows of the chosen places, zeros where none was left, and in all [1, detections * each, ...].
FailureOr<Value> outputRows(Node &node, FailureOr<Value> table, FailureOr<Value> places,
                            FailureOr<Value> areThere, const Options &options, bool areBoxes) {
  NodeBuilder &build = node.build();
  FailureOr<Value> kept = build.multiply(entries(build, table, places), areThere);
  if (failed(kept))
    return failure();
  int64_t count = shapeOf(*kept)[0], all = options.detections * options.classesEach;
  SmallVector<int64_t> shape = {1, count * options.classesEach};
  if (areBoxes) {
    kept = repeatEach(build, kept, 0, options.classesEach);
    shape.push_back(4);
  }
  kept = build.reshape(kept, shape);
  if (failed(kept) || shape[1] == all)
    return kept;
  shape[1] = all - shape[1]; // fewer anchors than detections
  FailureOr<Value> zeros = build.fill(node.builder().getF32Type(), shape, 0);
  return failed(zeros) ? zeros : concatAlong(build, {*kept, *zeros}, 1);
}

/// Inputs are encodings of boxes, scores of classes and the anchors; results are boxes, classes,
/// scores and how many there are, all float32.
LogicalResult importDetectionPostProcess(Node &node) {
  FailureOr<Options> options = readOptions(node);
  if (failed(options))
    return failure();
  NodeBuilder &build = node.build();
  FailureOr<Value> scores = rows(node, 1, -1);
  if (failed(scores))
    return failure();
  int64_t anchors = shapeOf(*scores)[0], background = shapeOf(*scores)[1] - options->classes;
  FailureOr<Value> encodings = rows(node, 0, anchors), priors = rows(node, 2, anchors);
  if (failed(encodings) || failed(priors))
    return failure();
  if (background < 0 || shapeOf(*encodings)[1] < 4 || shapeOf(*priors)[1] != 4)
    return node.invalid() << "inputs of shapes " << shapeText(shapeOf(*encodings)) << ", "
                          << shapeText(shapeOf(*scores)) << " and " << shapeText(shapeOf(*priors));
  Boxes boxes = decode(build, encodings, priors, *options);
  TopK best = topK(build, sliceAlong(build, scores, 1, background, options->classes),
                   options->classesEach, 1, /*largest=*/true);
  FailureOr<Chosen> chosen = choose(build, boxes, column(build, best.values, 0), *options);
  if (failed(chosen))
    return failure();
  FailureOr<Value> places = concatAlong(build, chosen->places, 0);
  FailureOr<Value> areThere = concatAlong(build, chosen->areThere, 0);
  if (failed(places) || failed(areThere))
    return failure();
  FailureOr<Value> asColumn = build.reshape(areThere, {shapeOf(*areThere)[0], 1});
  FailureOr<Value> corners =
      stackAlong(build, {boxes.top, boxes.left, boxes.bottom, boxes.right}, 1);
  FailureOr<Value> classes = build.cast(best.indices, node.builder().getF32Type());
  auto set = [&](FailureOr<Value> table, bool areBoxes, size_t index) {
    return node.setOutput(outputRows(node, table, places, asColumn, *options, areBoxes), index);
  };
  if (failed(set(corners, true, 0)) || failed(set(classes, false, 1)) ||
      failed(set(best.values, false, 2)))
    return failure();
  return node.setOutput(
      build.create<graph::SumOp>(areThere, ArrayRef<int64_t>{0}, /*keepDims=*/true), 3);
}
} // namespace

void registerDetectionPostProcess(OpTable &table) {
  table.addCustom("TFLite_Detection_PostProcess", importDetectionPostProcess);
}

} // namespace tandem::tflite
