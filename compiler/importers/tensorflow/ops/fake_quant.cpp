// Numbers rounded to what codes of a range would hold, by the arithmetic of TensorFlow's kernels.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// A range that was moved so that zero is one of its codes. In f32, as the kernels have it.
struct Range {
  float low = 0, high = 0, scale = 0, inverse = 0, zero = 0;

  static Range of(float low, float high, float leastCode, float mostCode) {
    Range range;
    range.scale = (high - low) / (mostCode - leastCode);
    float code = leastCode - low / range.scale;
    float zero = std::clamp(std::round(code), leastCode, mostCode);
    range.low = (leastCode - zero) * range.scale;
    range.high = (mostCode - zero) * range.scale;
    range.inverse = 1.0f / range.scale;
    range.zero = std::floor(-range.low * range.inverse + 0.5f);
    return range;
  }
};

/// floor((clamp(x) - low) * inverse - zero + 0.5) * scale, a range for each entry of the last
/// dimension or one for all.
MaybeValue roundTo(TfNode &node, MaybeValue input, ArrayRef<float> lows, ArrayRef<float> highs) {
  int64_t bits = node.attribute("num_bits", 8);
  bool isNarrow = node.flag("narrow_range", false);
  if (node.failed() || failed(input))
    return failure();
  if (bits < 2 || bits > 16)
    return node.invalid("'num_bits' is " + Twine(bits) + ", expected 2 to 16");
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported("an input that is not float32");
  float leastCode = isNarrow ? 1 : 0, mostCode = static_cast<float>((1 << bits) - 1);
  std::vector<float> low, high, scale, inverse, zero;
  for (auto [from, to] : llvm::zip(lows, highs)) {
    if (!(from <= 0 && to >= 0) || !std::isfinite(to - from) || (from == to && from != 0))
      return node.unsupported("a range that does not hold zero");
    // A range of nothing gives zeros: nothing times 1 for the scale.
    Range range = from == to ? Range{0, 0, 1, 1, 0} : Range::of(from, to, leastCode, mostCode);
    low.push_back(range.low);
    high.push_back(range.high);
    scale.push_back(range.scale);
    inverse.push_back(range.inverse);
    zero.push_back(range.zero);
  }
  SmallVector<int64_t> shape;
  if (low.size() != 1 || !shapeOf(*input).empty())
    shape.push_back(static_cast<int64_t>(low.size()));
  auto numbers = [&](ArrayRef<float> values) {
    return node.NodeBuilder::constant(getElementTypeOrSelf(*input), shape, values);
  };
  MaybeValue inside = node.create<graph::MaximumOp>(
      node.create<graph::MinimumOp>(input, numbers(high)), numbers(low));
  MaybeValue steps = node.multiply(node.subtract(inside, numbers(low)), numbers(inverse));
  steps = node.add(node.subtract(steps, numbers(zero)), 0.5);
  return node.multiply(node.create<graph::FloorOp>(steps), numbers(scale));
}

/// The ends of the range that inputs have, `count` numbers each.
FailureOr<std::vector<float>> endsFrom(TfNode &node, size_t index, int64_t count) {
  FailureOr<Numbers> ends = node.constant(index, "a range");
  if (failed(ends))
    return failure();
  if (!ends->isReal() || static_cast<int64_t>(ends->count()) != count)
    return node.invalid("input " + Twine(index) + " has shape " + shapeText(ends->shape) +
                        ", expected " + Twine(count) + " real numbers");
  return ends->reals;
}
} // namespace

static MaybeValue importFakeQuantArgs(TfNode &node) {
  auto low = static_cast<float>(node.number("min", -6)),
       high = static_cast<float>(node.number("max", 6));
  return roundTo(node, node.input(0), low, high);
}

template <bool perChannel> static MaybeValue importFakeQuantVars(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (perChannel && shapeOf(*input).empty())
    return node.invalid("its input is a scalar");
  int64_t count = perChannel ? shapeOf(*input).back() : 1;
  auto low = endsFrom(node, 1, count), high = endsFrom(node, 2, count);
  return failed(low) || failed(high) ? MaybeValue(failure()) : roundTo(node, input, *low, *high);
}

void registerFakeQuant(OpTable &table) {
  table.add("FakeQuantWithMinMaxArgs", importFakeQuantArgs);
  table.add("FakeQuantWithMinMaxVars", importFakeQuantVars<false>);
  table.add("FakeQuantWithMinMaxVarsPerChannel", importFakeQuantVars<true>);
}

} // namespace tandem::tensorflow
