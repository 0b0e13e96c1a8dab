// Boxes of detection networks: where they are by default, and what is said of them beside that.
#include "compiler/importers/mxnet/boxes.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

/// _contrib_MultiBoxPrior: boxes around each pixel of a feature map, of several sizes and one
/// ratio, then of one size and the other ratios; [1, boxes, (left, top, right, bottom)] in parts of
/// the image. Constants, as only the map's shape counts.
static MaybeValue importPrior(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  SmallVector<double> sizes = node.numbers("sizes", {1}), ratios = node.numbers("ratios", {1}),
                      steps = node.numbers("steps", {-1, -1}),
                      offsets = node.numbers("offsets", {0.5, 0.5});
  bool clips = node.flag("clip", false);
  if (node.failed() || failed(shape))
    return failure();
  if (shape->size() != 4 || sizes.empty() || ratios.empty() || steps.size() != 2 ||
      offsets.size() != 2)
    return node.invalid("'sizes', 'ratios', 'steps' or 'offsets' do not fit an input of shape " +
                        shapeText(*shape));
  int64_t rows = (*shape)[2], columns = (*shape)[3];
  auto each = static_cast<int64_t>(sizes.size() + ratios.size()) - 1;
  if (!hasSaneSize({rows, columns, each}) || rows * columns * each * 4 > NodeBuilder::kMaxFill)
    return node.unsupported("more boxes than " + Twine(NodeBuilder::kMaxFill / 4));
  auto height = static_cast<float>(rows), width = static_cast<float>(columns);
  float stepY = steps[0] > 0 ? static_cast<float>(steps[0]) : 1 / height,
        stepX = steps[1] > 0 ? static_cast<float>(steps[1]) : 1 / width;
  std::vector<float> corners;
  auto add = [&](float x, float y, double size, double ratio) {
    auto root = static_cast<float>(std::sqrt(ratio)), side = static_cast<float>(size);
    float w = side * height / width * root / 2, h = side / root / 2;
    for (float edge : {x - w, y - h, x + w, y + h})
      corners.push_back(clips ? std::clamp(edge, 0.0f, 1.0f) : edge);
  };
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      float y = (static_cast<float>(row) + static_cast<float>(offsets[0])) * stepY,
            x = (static_cast<float>(column) + static_cast<float>(offsets[1])) * stepX;
      for (double size : sizes)
        add(x, y, size, ratios[0]);
      for (double ratio : ArrayRef(ratios).drop_front())
        add(x, y, sizes[0], ratio);
    }
  return node.constant(node.builder().getF32Type(),
                       {1, static_cast<int64_t>(corners.size()) / 4, 4}, corners);
}

static MaybeValue edge(SymbolNode &node, MaybeValue boxes, int64_t index) {
  if (failed(boxes))
    return failure();
  return sliceAlong(node, boxes, static_cast<int64_t>(shapeOf(*boxes).size()) - 1, index, 1);
}

FailureOr<Boxes> edgesOf(SymbolNode &node, MaybeValue boxes, StringRef format) {
  if (failed(boxes))
    return failure();
  if (shapeOf(*boxes).empty() || shapeOf(*boxes).back() != 4)
    return node.invalid("boxes of shape " + shapeText(shapeOf(*boxes)));
  MaybeValue first = edge(node, boxes, 0), second = edge(node, boxes, 1),
             third = edge(node, boxes, 2), fourth = edge(node, boxes, 3);
  if (format == "corner")
    return Boxes{second, first, fourth, third};
  if (format != "center")
    return node.invalid("'format' is '" + format + "'");
  MaybeValue halfWidth = node.multiply(third, 0.5), halfHeight = node.multiply(fourth, 0.5);
  return Boxes{node.subtract(second, halfHeight), node.subtract(first, halfWidth),
               node.add(second, halfHeight), node.add(first, halfWidth)};
}

MaybeValue movedBoxes(SymbolNode &node, MaybeValue differences, const Boxes &anchors,
                      ArrayRef<double> factors, double largest) {
  auto moved = [&](int64_t axis, MaybeValue low, MaybeValue high) {
    MaybeValue size = node.subtract(high, low), middle = node.add(low, node.multiply(size, 0.5));
    MaybeValue shift =
        node.multiply(node.multiply(edge(node, differences, axis), factors[axis]), size);
    MaybeValue grown = node.multiply(edge(node, differences, axis + 2), factors[axis + 2]);
    if (largest > 0)
      grown = clampBetween(node, grown, -INFINITY, largest);
    MaybeValue half = node.multiply(node.multiply(node.create<graph::ExpOp>(grown), size), 0.5);
    MaybeValue centre = node.add(shift, middle);
    return std::pair(node.subtract(centre, half), node.add(centre, half));
  };
  auto [left, right] = moved(0, anchors.left, anchors.right);
  auto [top, bottom] = moved(1, anchors.top, anchors.bottom);
  if (failed(left) || failed(top) || failed(right) || failed(bottom))
    return failure();
  return concatAlong(node, {*left, *top, *right, *bottom},
                     static_cast<int64_t>(shapeOf(*left).size()) - 1);
}

/// _contrib_box_decode: boxes from what they differ by from anchors.
static MaybeValue importDecode(SymbolNode &node) {
  MaybeValue data = node.input(0);
  FailureOr<Boxes> anchors = edgesOf(node, node.input(1), node.string("format", "corner"));
  double factors[] = {node.number("std0", 1), node.number("std1", 1), node.number("std2", 1),
                      node.number("std3", 1)};
  double clip = node.number("clip", -1);
  if (node.failed() || failed(data) || failed(anchors))
    return failure();
  if (shapeOf(*data).size() != 3 || shapeOf(*data)[2] != 4)
    return node.invalid("an input of shape " + shapeText(shapeOf(*data)));
  return movedBoxes(node, data, *anchors, factors, clip);
}

/// _contrib_box_iou: of every box on the left with every one on the right what they have in common,
/// over what they cover together.
static MaybeValue importOverlap(SymbolNode &node) {
  StringRef format = node.string("format", "corner");
  FailureOr<Boxes> left = edgesOf(node, node.input(0), format),
                   right = edgesOf(node, node.input(1), format);
  if (failed(left) || failed(right) || failed(left->left) || failed(right->left))
    return failure();
  // [..., 1] each: the left ones stand in front of the right ones.
  SmallVector<int64_t> rows(shapeOf(*left->left).drop_back()),
      columns(shapeOf(*right->left).drop_back()), front = rows, all = rows;
  front.append(columns.size(), 1);
  all.append(columns);
  auto inFront = [&](MaybeValue value) { return node.reshape(value, front); };
  auto behind = [&](MaybeValue value) { return node.reshape(value, columns); };
  auto common = [&](MaybeValue low, MaybeValue otherLow, MaybeValue high, MaybeValue otherHigh) {
    return node.create<graph::ReluOp>(
        node.subtract(node.create<graph::MinimumOp>(inFront(high), behind(otherHigh)),
                      node.create<graph::MaximumOp>(inFront(low), behind(otherLow))));
  };
  auto area = [&](const Boxes &edges) {
    return node.multiply(node.create<graph::ReluOp>(node.subtract(edges.right, edges.left)),
                         node.create<graph::ReluOp>(node.subtract(edges.bottom, edges.top)));
  };
  MaybeValue inside = node.multiply(common(left->left, right->left, left->right, right->right),
                                    common(left->top, right->top, left->bottom, right->bottom));
  MaybeValue together = node.subtract(node.add(inFront(area(*left)), behind(area(*right))), inside);
  MaybeValue isNone = node.compare<graph::LessEqualOp>(together, 0.0);
  MaybeValue ratio = node.divide(inside, together);
  return failed(ratio) ? ratio : node.select(isNone, node.scalarLike(*ratio, 0), ratio);
}

void registerBoxes(OpTable &table) {
  for (StringRef op : {"_contrib_MultiBoxPrior", "_npx_multibox_prior"})
    table.add(op, importPrior);
  table.add("_contrib_box_decode", importDecode);
  table.add("_contrib_box_iou", importOverlap);
}

} // namespace tandem::mxnet
