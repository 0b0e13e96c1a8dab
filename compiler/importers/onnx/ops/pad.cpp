#include "compiler/importers/onnx/pieces.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Pads {
  SmallVector<int64_t> low, high; ///< per dimension; negative ones crop
  double value = 0;
};

/// 'pads' has [all lows..., all highs...] of 'axes': attributes before opset 11, then inputs.
FailureOr<Pads> readPads(OnnxNode &node, int64_t rank) {
  SmallVector<int64_t> given;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Pads pads;
  if (node.opset() < 11) {
    given = node.integers("pads");
    pads.value = node.number("value", 0);
  } else {
    FailureOr<SmallVector<int64_t>> fromInput = node.ints(1, "the list of pads");
    if (failed(fromInput))
      return failure();
    given = *fromInput;
    if (node.has(2)) {
      FailureOr<double> value = node.scalar(2, "the value");
      if (failed(value))
        return failure();
      pads.value = *value;
    }
    if (node.has(3)) {
      FailureOr<SmallVector<int64_t>> some = node.ints(3, "the list of axes");
      if (failed(some))
        return failure();
      FailureOr<SmallVector<int64_t>> counted = node.normalized(*some, rank);
      if (failed(counted))
        return failure();
      axes = *counted;
    }
  }
  if (node.failed())
    return failure();
  size_t count = axes.size();
  if (given.size() != 2 * count)
    return node.invalid("'pads' has " + Twine(given.size()) + " entries, expected " +
                        Twine(2 * count));
  pads.low.assign(rank, 0);
  pads.high.assign(rank, 0);
  for (size_t i = 0; i < count; ++i) {
    pads.low[axes[i]] = given[i];
    pads.high[axes[i]] = given[count + i];
  }
  return pads;
}

/// What negative pads leave of the input; they are 0 afterwards.
MaybeValue crop(OnnxNode &node, Value input, Pads &pads) {
  SmallVector<int64_t> sizes(shapeOf(input)), begins(sizes.size(), 0), strides(sizes.size(), 1);
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t low = -std::min<int64_t>(pads.low[d], 0), high = -std::min<int64_t>(pads.high[d], 0);
    if (low > sizes[d] || high > sizes[d] - low)
      return node.invalid("pads of " + Twine(pads.low[d]) + " and " + Twine(pads.high[d]) +
                          " for a dimension of " + Twine(sizes[d]));
    begins[d] = low;
    sizes[d] -= low + high;
    pads.low[d] = std::max<int64_t>(pads.low[d], 0);
    pads.high[d] = std::max<int64_t>(pads.high[d], 0);
  }
  if (ArrayRef(sizes) == shapeOf(input))
    return input;
  return node.create<graph::SliceOp>(input, begins, sizes, strides);
}

/// Which element of the dimension stands `at` places from its begin, which may be outside.
int64_t reflected(int64_t at, int64_t size) {
  if (size == 1)
    return 0;
  int64_t period = 2 * (size - 1), rest = ((at % period) + period) % period;
  return rest < size ? rest : period - rest;
}
int64_t clamped(int64_t at, int64_t size) {
  return std::clamp<int64_t>(at, 0, size - 1);
}
int64_t wrapped(int64_t at, int64_t size) {
  return ((at % size) + size) % size;
}

/// Modes that continue a dimension with its own elements, one dimension after another.
MaybeValue padWithin(OnnxNode &node, MaybeValue value, const Pads &pads,
                     int64_t (*place)(int64_t at, int64_t size)) {
  for (size_t d = 0; d < pads.low.size(); ++d) {
    if (failed(value) || (pads.low[d] == 0 && pads.high[d] == 0))
      continue;
    int64_t size = shapeOf(*value)[d];
    constexpr int64_t kMost = 1 << 16;
    if (size == 0 || pads.low[d] > kMost || pads.high[d] > kMost || size > kMost * 16)
      return node.invalid("pads of " + Twine(pads.low[d]) + " and " + Twine(pads.high[d]) +
                          " for a dimension of " + Twine(size));
    SmallVector<int64_t> places;
    for (int64_t at = -pads.low[d]; at < size + pads.high[d]; ++at)
      places.push_back(place(at, size));
    value = pickAlong(node, value, static_cast<int64_t>(d), places);
  }
  return value;
}
} // namespace

static MaybeValue importPad(OnnxNode &node) {
  MaybeValue input = node.input(0);
  std::string mode = node.string("mode", "constant");
  if (failed(input) || node.failed())
    return failure();
  FailureOr<Pads> pads = readPads(node, shapeOf(*input).size());
  if (failed(pads))
    return failure();
  MaybeValue inner = crop(node, *input, *pads);
  if (mode == "reflect")
    return padWithin(node, inner, *pads, reflected);
  if (mode == "edge")
    return padWithin(node, inner, *pads, clamped);
  if (mode == "wrap")
    return padWithin(node, inner, *pads, wrapped);
  if (mode != "constant")
    return node.invalid("'mode' is '" + mode + "', which the format does not have");
  return node.create<graph::PadOp>(inner, pads->low, pads->high,
                                   llvm::APFloat(static_cast<float>(pads->value)));
}

void registerPad(OpTable &table) {
  table.add("Pad", importPad);
}

} // namespace tandem::onnx
