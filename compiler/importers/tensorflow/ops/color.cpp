// Colours, of which images have three numbers in the last dimension.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// Red, green and blue, or hue, saturation and value, each with 1 in the last dimension.
struct Colour {
  MaybeValue first = failure(), second = failure(), third = failure();
};

/// Of input 0.
Colour partsOf(TfNode &node) {
  MaybeValue image = node.input(0);
  if (failed(image))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*image);
  if (shape.empty() || shape.back() != 3) {
    (void)node.invalid("colours of shape " + shapeText(shape));
    return {};
  }
  auto last = static_cast<int64_t>(shape.size()) - 1;
  auto part = [&](int64_t index) { return sliceAlong(node, image, last, index, 1); };
  return {part(0), part(1), part(2)};
}

MaybeValue together(TfNode &node, const Colour &colour) {
  if (failed(colour.first) || failed(colour.second) || failed(colour.third))
    return failure();
  return concatAlong(node, {*colour.first, *colour.second, *colour.third},
                     static_cast<int64_t>(shapeOf(*colour.first).size()) - 1);
}

/// The hue is the part of a turn, with red at 0, green at a third, blue at two.
Colour toHsv(TfNode &node, const Colour &rgb) {
  auto [red, green, blue] = rgb;
  MaybeValue value = node.create<graph::MaximumOp>(node.create<graph::MaximumOp>(red, green), blue);
  MaybeValue least = node.create<graph::MinimumOp>(node.create<graph::MinimumOp>(red, green), blue);
  MaybeValue range = node.subtract(value, least);
  if (failed(range))
    return {};
  MaybeValue zero = node.scalarLike(*range, 0);
  MaybeValue sixth = reciprocal(node, node.multiply(range, 6));
  auto hueFrom = [&](MaybeValue above, MaybeValue below, double turn) {
    return node.add(node.multiply(sixth, node.subtract(above, below)), turn);
  };
  MaybeValue hue =
      node.select(node.compare<graph::EqualOp>(red, value), hueFrom(green, blue, 0),
                  node.select(node.compare<graph::EqualOp>(green, value),
                              hueFrom(blue, red, 1.0 / 3), hueFrom(red, green, 2.0 / 3)));
  hue = node.select(node.compare<graph::GreaterOp>(range, 0.0), hue, zero);
  hue = node.select(node.compare<graph::LessOp>(hue, 0.0), node.add(hue, 1), hue);
  MaybeValue saturation =
      node.select(node.compare<graph::GreaterOp>(value, 0.0), node.divide(range, value), zero);
  return {hue, saturation, value};
}

Colour toRgb(TfNode &node, const Colour &hsv) {
  auto [hue, saturation, value] = hsv;
  MaybeValue sixths = node.multiply(hue, 6);
  /// How much of a colour there is whose middle is at so many sixths of a turn.
  auto part = [&](double middle, double sign, double offset) {
    MaybeValue distance = node.create<graph::AbsOp>(node.add(sixths, -middle));
    MaybeValue pure = clampBetween(node, node.add(node.multiply(distance, sign), offset), 0, 1);
    MaybeValue grey = node.add(node.create<graph::NegOp>(saturation), 1);
    return node.multiply(node.add(grey, node.multiply(saturation, pure)), value);
  };
  return {part(3, 1, -1), part(2, -1, 2), part(4, -1, 2)};
}
} // namespace

static MaybeValue importToHsv(TfNode &node) {
  return together(node, toHsv(node, partsOf(node)));
}
static MaybeValue importToRgb(TfNode &node) {
  return together(node, toRgb(node, partsOf(node)));
}

/// AdjustHue: turned on by the second input.
static MaybeValue importAdjustHue(TfNode &node) {
  Colour hsv = toHsv(node, partsOf(node));
  MaybeValue turned = node.add(hsv.first, node.input(1));
  if (failed(turned))
    return failure();
  hsv.first = node.create<graph::FloorModOp>(turned, node.scalarLike(*turned, 1));
  return together(node, toRgb(node, hsv));
}

/// AdjustSaturation: times the second input.
static MaybeValue importAdjustSaturation(TfNode &node) {
  Colour hsv = toHsv(node, partsOf(node));
  hsv.second = clampBetween(node, node.multiply(hsv.second, node.input(1)), 0, 1);
  return together(node, toRgb(node, hsv));
}

/// AdjustContrastv2: away from the mean of each picture and channel, by the second input.
static MaybeValue importAdjustContrast(TfNode &node) {
  MaybeValue image = node.input(0);
  if (failed(image))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*image).size());
  if (rank < 3)
    return node.invalid("an image of shape " + shapeText(shapeOf(*image)));
  MaybeValue mean = node.create<graph::MeanOp>(image, ArrayRef<int64_t>{rank - 3, rank - 2},
                                               /*keepDims=*/true);
  return node.add(node.multiply(node.subtract(image, mean), node.input(1)), mean);
}

void registerColor(OpTable &table) {
  table.add("RGBToHSV", importToHsv);
  table.add("HSVToRGB", importToRgb);
  table.add("AdjustHue", importAdjustHue);
  table.add("AdjustSaturation", importAdjustSaturation);
  table.add("AdjustContrastv2", importAdjustContrast);
}

} // namespace tandem::tensorflow
