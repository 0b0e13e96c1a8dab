// TFLite_Detection_PostProcess, the end of TensorFlow's object detection models: boxes from their
// encodings beside anchors, and the best of those that overlap.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/common/suppression.h"
#include "compiler/importers/tflite/node.h"

#include <flatbuffers/flexbuffers.h>

#include <array>

using namespace mlir;

namespace tandem::tflite {

namespace {
struct Options {
  int64_t detections = 0, classesEach = 1, classes = 0;
  bool isByClass = false;          ///< boxes of one class only are left out for one another
  int64_t detectionsOfClass = 100; ///< as LiteRT has it when the file does not say
  double scoreThreshold = 0, overlapThreshold = 0;
  std::array<double, 4> scales = {1, 1, 1, 1}; ///< of y, x, height, width
};

constexpr int64_t kMostAnchors = 1 << 20;

FailureOr<Options> readOptions(Node &node) {
  ArrayRef<uint8_t> bytes = node.customOptions();
  if (bytes.empty() || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size()) ||
      !flexbuffers::GetRoot(bytes.data(), bytes.size()).IsMap())
    return node.invalid() << "its options are not a FlexBuffers map";
  flexbuffers::Map map = flexbuffers::GetRoot(bytes.data(), bytes.size()).AsMap();
  Options options;
  options.isByClass = map["use_regular_nms"].AsBool();
  if (!map["detections_per_class"].IsNull())
    options.detectionsOfClass = map["detections_per_class"].AsInt64();
  options.detections = map["max_detections"].AsInt64();
  options.classesEach = map["max_classes_per_detection"].AsInt64();
  options.classes = map["num_classes"].AsInt64();
  options.scoreThreshold = map["nms_score_threshold"].AsDouble();
  options.overlapThreshold = map["nms_iou_threshold"].AsDouble();
  constexpr std::array kKeys = {"y_scale", "x_scale", "h_scale", "w_scale"};
  for (auto [scale, key] : llvm::zip(options.scales, kKeys))
    scale = map[key].AsDouble();
  constexpr int64_t kMost = 1 << 20;
  auto isCount = [](int64_t count) { return count >= 1 && count <= kMost; };
  if (!isCount(options.detections) || !isCount(options.classesEach) || !isCount(options.classes) ||
      !isCount(options.detectionsOfClass))
    return node.invalid() << "its options count no detections or no classes";
  int64_t choices = options.isByClass ? std::min(options.detectionsOfClass, options.detections)
                                      : options.detections;
  if (choices > kMostChoices)
    return node.unsupported() << choices << " detections, more than " << kMostChoices;
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

/// Entries of the first dimension at places that are never counted from the back.
FailureOr<Value> entries(NodeBuilder &build, FailureOr<Value> table, FailureOr<Value> places) {
  return build.create<graph::GatherOp>(table, places, int64_t(0));
}

/// What is told of the chosen boxes, best first: rows of each table, of which `each` belong to one
/// box, at their places.
struct Detections {
  FailureOr<Value> classes = failure(), scores = failure(), places = failure(),
                   areThere = failure(); ///< 1 or 0, as a column
  int64_t each = 1;
};

FailureOr<Value> areThere(NodeBuilder &build, FailureOr<Value> scores, int64_t count) {
  FailureOr<Value> truths = build.compare<graph::GreaterOp>(scores, kNeverChosen);
  return build.reshape(build.cast(truths, build.builder().getF32Type()), {count, 1});
}

/// Boxes by the best class of each, which take its other classes with them.
Detections chooseByBox(Node &node, const Boxes &boxes, FailureOr<Value> scores,
                       const Suppression &how, const Options &options) {
  NodeBuilder &build = node.build();
  TopK best = topK(build, scores, options.classesEach, 1, /*largest=*/true);
  FailureOr<Value> first = column(build, best.values, 0);
  if (failed(first))
    return {};
  Chosen chosen = chooseBoxes(build, boxes, build.reshape(first, {1, shapeOf(*first)[0]}), how);
  if (failed(chosen.places))
    return {};
  int64_t count = shapeOf(*chosen.places)[1];
  FailureOr<Value> places = build.reshape(chosen.places, count);
  return {entries(build, build.cast(best.indices, node.builder().getF32Type()), places),
          entries(build, best.values, places), places, areThere(build, chosen.scores, count),
          options.classesEach};
}

/// Boxes of each class by itself, and the best of them all.
Detections chooseByClass(Node &node, const Boxes &boxes, FailureOr<Value> scores,
                         const Suppression &how, const Options &options) {
  NodeBuilder &build = node.build();
  Chosen chosen = chooseBoxes(build, boxes, build.transpose(scores, {1, 0}), how);
  if (failed(chosen.places))
    return {};
  BestOfClasses best = bestOfClasses(build, chosen, options.classes, options.detections);
  if (failed(best.scores))
    return {};
  int64_t count = shapeOf(*best.scores)[1];
  auto asColumn = [&](FailureOr<Value> value) { return build.reshape(value, {count, 1}); };
  return {asColumn(build.cast(best.classes, node.builder().getF32Type())), asColumn(best.scores),
          build.reshape(best.places, count), areThere(build, best.scores, count)};
}

/// The rows, zeros where no box was left, and in all [1, detections * classesEach, ...].
FailureOr<Value> outputRows(Node &node, FailureOr<Value> rows, const Detections &detections,
                            const Options &options, bool areBoxes) {
  NodeBuilder &build = node.build();
  FailureOr<Value> kept = build.multiply(rows, detections.areThere);
  if (failed(kept))
    return failure();
  int64_t count = shapeOf(*kept)[0], all = options.detections * options.classesEach;
  SmallVector<int64_t> shape = {1, count * detections.each};
  if (areBoxes) {
    kept = repeatEach(build, kept, 0, detections.each);
    shape.push_back(4);
  }
  kept = build.reshape(kept, shape);
  if (failed(kept) || shape[1] == all)
    return kept;
  shape[1] = all - shape[1]; // fewer boxes than detections
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
  scores = sliceAlong(build, scores, 1, background, options->classes);
  Suppression how = {.most = options->detections,
                     .scoreThreshold = options->scoreThreshold,
                     .overlapThreshold = options->overlapThreshold};
  if (options->isByClass)
    how.most = std::min(how.most, options->detectionsOfClass);
  Detections found = options->isByClass ? chooseByClass(node, boxes, scores, how, *options)
                                        : chooseByBox(node, boxes, scores, how, *options);
  FailureOr<Value> corners =
      stackAlong(build, {boxes.top, boxes.left, boxes.bottom, boxes.right}, 1);
  auto set = [&](FailureOr<Value> rows, bool areBoxes, size_t index) {
    return node.setOutput(outputRows(node, rows, found, *options, areBoxes), index);
  };
  if (failed(set(entries(build, corners, found.places), true, 0)) ||
      failed(set(found.classes, false, 1)) || failed(set(found.scores, false, 2)))
    return failure();
  FailureOr<Value> count =
      build.create<graph::SumOp>(found.areThere, ArrayRef<int64_t>{0}, /*keepDims=*/false);
  return node.setOutput(count, 3); // of a column: [1]
}
} // namespace

void registerDetectionPostProcess(OpTable &table) {
  table.addCustom("TFLite_Detection_PostProcess", importDetectionPostProcess);
}

} // namespace tandem::tflite
