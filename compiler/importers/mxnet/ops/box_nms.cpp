#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/common/suppression.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
constexpr int64_t kMostRows = 1 << 24; ///< of boxes, each a row of numbers

struct Options {
  double overlapThreshold = 0, validThreshold = 0;
  int64_t most = -1, coordinates = 0, score = 0, id = -1, background = -1;
  bool ignoresClasses = false;
  bool comesAsCentre = false, goesAsCentre = false; ///< with sizes; else corners
};

bool isCentre(SymbolNode &node, StringRef attribute) {
  StringRef format = node.string(attribute, "corner");
  if (format != "corner" && format != "center")
    (void)node.invalid("'" + attribute + "' is '" + format + "'");
  return format == "center";
}

/// Of rows that have `width` numbers, `count` rows for each picture.
FailureOr<Options> readOptions(SymbolNode &node, int64_t count, int64_t width) {
  Options options;
  options.overlapThreshold = node.number("overlap_thresh", 0.5);
  options.validThreshold = node.number("valid_thresh", 0);
  options.most = node.integer("topk", -1);
  options.coordinates = node.integer("coord_start", 2);
  options.score = node.integer("score_index", 1);
  options.id = node.integer("id_index", -1);
  options.background = node.integer("background_id", -1);
  options.ignoresClasses = node.flag("force_suppress", false);
  options.comesAsCentre = isCentre(node, "in_format");
  options.goesAsCentre = isCentre(node, "out_format");
  if (node.failed())
    return failure();
  if (options.coordinates < 0 || options.coordinates > width - 4 || options.score < 0 ||
      options.score >= width || options.id >= width)
    return node.invalid("'coord_start', 'score_index' or 'id_index' is outside of " + Twine(width) +
                        " numbers");
  if (options.most == 0)
    return node.unsupported("'topk' 0");
  options.most = options.most < 0 ? count : std::min(options.most, count);
  if (options.most > kMostInOrder)
    return node.unsupported("'topk' lets " + Twine(options.most) + " boxes be compared, at most " +
                            Twine(kMostInOrder) + " can be");
  return options;
}

/// Numbers of all boxes, [pictures, boxes, size].
MaybeValue columns(SymbolNode &node, MaybeValue table, int64_t begin, int64_t size) {
  return sliceAlong(node, table, 2, begin, size);
}
/// One of them, [pictures, boxes].
MaybeValue column(SymbolNode &node, MaybeValue table, int64_t index) {
  if (failed(table))
    return failure();
  return node.reshape(columns(node, table, index, 1), shapeOf(*table).take_front(2));
}

/// Scores of the boxes that count.
MaybeValue validScores(SymbolNode &node, MaybeValue table, const Options &options) {
  MaybeValue scores = column(node, table, options.score);
  MaybeValue isValid = node.compare<graph::GreaterOp>(scores, options.validThreshold);
  if (options.id >= 0) // whether or not the node names a background, which is -1 then
    isValid = node.create<graph::LogicalAndOp>(
        isValid, node.compare<graph::NotEqualOp>(column(node, table, options.id),
                                                 static_cast<double>(options.background)));
  return keepWhere(node, isValid, scores, kNeverChosen);
}

/// Low and high corners, each (x, y).
std::pair<MaybeValue, MaybeValue> cornersOf(SymbolNode &node, MaybeValue table,
                                            const Options &options) {
  MaybeValue first = columns(node, table, options.coordinates, 2),
             second = columns(node, table, options.coordinates + 2, 2);
  if (!options.comesAsCentre)
    return {first, second};
  MaybeValue half = node.multiply(second, 0.5);
  return {node.subtract(first, half), node.add(first, half)};
}

/// The edges; a box whose corners are in the wrong order is none: it covers nothing.
Boxes edgesOf(SymbolNode &node, MaybeValue table, const Options &options) {
  auto [low, high] = cornersOf(node, table, options);
  high = node.create<graph::MaximumOp>(low, high);
  return {column(node, low, 1), column(node, low, 0), column(node, high, 1), column(node, high, 0)};
}

/// The rows with their boxes in the format that is asked for. MXNet leaves those as they are of
/// which the first number is negative.
MaybeValue inFormat(SymbolNode &node, MaybeValue table, const Options &options) {
  if (failed(table) || options.comesAsCentre == options.goesAsCentre)
    return table;
  auto [first, second] = cornersOf(node, table, options);
  if (options.goesAsCentre) {
    MaybeValue middle = node.multiply(node.add(first, second), 0.5);
    second = node.subtract(second, first);
    first = middle;
  }
  int64_t begin = options.coordinates, end = begin + 4, width = shapeOf(*table)[2];
  MaybeValue isLeft = node.compare<graph::LessOp>(columns(node, table, begin, 1), 0.0);
  first = node.select(isLeft, columns(node, table, begin, 2), first);
  second = node.select(isLeft, columns(node, table, begin + 2, 2), second);
  Values parts;
  auto add = [&](MaybeValue part) {
    if (succeeded(part))
      parts.push_back(*part);
    return succeeded(part);
  };
  if ((begin > 0 && !add(columns(node, table, 0, begin))) || !add(first) || !add(second) ||
      (end < width && !add(columns(node, table, end, width - end))))
    return failure();
  return concatAlong(node, parts, 2);
}

/// _contrib_box_nms: rows of numbers, four of which are a box and one its score. Those of boxes
/// that stay come first, the best in front; all others are -1.
MaybeValue importBoxNms(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported("numbers that are not float32");
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.size() < 2 || llvm::is_contained(shape, 0))
    return node.invalid("an input of shape " + shapeText(shape));
  int64_t count = shape[shape.size() - 2], width = shape.back(),
          all = graph::tensorType(*input).getNumElements() / width;
  if (all > kMostRows)
    return node.unsupported("more than " + Twine(kMostRows) + " boxes");
  FailureOr<Options> options = readOptions(node, count, width);
  if (failed(options))
    return failure();
  MaybeValue table = node.reshape(input, {all / count, count, width});
  TopK best = topK(node, validScores(node, table, *options), options->most, 1, /*largest=*/true);
  table = entriesOfRows(node, table, best.indices);
  MaybeValue classes;
  bool byClass = options->id >= 0 && !options->ignoresClasses;
  if (byClass)
    classes = column(node, table, options->id);
  if (failed(table) || (byClass && failed(classes)))
    return failure();
  MaybeValue stays = uncovered(node, edgesOf(node, table, *options),
                               node.compare<graph::GreaterOp>(best.values, kNeverChosen),
                               byClass ? *classes : Value(), options->overlapThreshold);
  // What stays moves together; the order is that of the scores already.
  TopK left = topK(node, keepWhere(node, stays, best.values, kNeverChosen), options->most, 1,
                   /*largest=*/true);
  MaybeValue isThere = node.reshape(node.compare<graph::GreaterOp>(left.values, kNeverChosen),
                                    {all / count, options->most, 1});
  MaybeValue rows = inFormat(node, entriesOfRows(node, table, left.indices), *options);
  return node.reshape(filledUp(node, keepWhere(node, isThere, rows, -1), 1, count, -1), shape);
}
} // namespace

void registerBoxNms(OpTable &table) {
  for (StringRef op : {"_contrib_box_nms", "_contrib_box_non_maximum_suppression"}) {
    table.add(op, importBoxNms);
    table.nameOutputs(op, {"output0"});
  }
}

} // namespace tandem::mxnet
