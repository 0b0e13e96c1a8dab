#include "compiler/importers/common/pool_window.h"

#include "compiler/graph/graph.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace tandem {

std::optional<std::pair<int64_t, int64_t>> samePadding(int64_t input, int64_t kernel,
                                                       int64_t stride, int64_t dilation) {
  __int128 steps = (__int128(input) + stride - 1) / stride;
  __int128 reach = __int128(kernel - 1) * dilation + 1;
  __int128 total = std::max<__int128>((steps - 1) * stride + reach - input, 0);
  if (total > INT32_MAX)
    return std::nullopt;
  return std::pair<int64_t, int64_t>(total / 2, total - total / 2);
}

void roundUp(PoolWindow &window, std::array<int64_t, 2> image) {
  for (int i = 0; i < 2; ++i) {
    int64_t padded = image[i] + window.low[i] + window.high[i], room = padded - window.size[i];
    int64_t outputs = room < 0 ? 1 : llvm::divideCeil(room, window.stride[i]) + 1;
    if ((outputs - 1) * window.stride[i] >= image[i] + window.low[i])
      --outputs;
    int64_t needed = (outputs - 1) * window.stride[i] + window.size[i] - image[i] - window.low[i];
    window.past[i] = std::max<int64_t>(needed - window.high[i], 0);
    window.high[i] = std::clamp<int64_t>(needed, 0, window.high[i]);
  }
}

static PoolWindow::Pair sum(PoolWindow::Pair a, PoolWindow::Pair b) {
  return {a[0] + b[0], a[1] + b[1]};
}

MaybeValue maxPool(NodeBuilder &build, MaybeValue nhwc, const PoolWindow &window) {
  return build.create<graph::MaxPool2dOp>(
      nhwc, ArrayRef<int64_t>(window.size), ArrayRef<int64_t>(window.stride),
      ArrayRef<int64_t>(window.low), ArrayRef<int64_t>(sum(window.high, window.past)),
      graph::Activation::None);
}

MaybeValue averagePool(NodeBuilder &build, MaybeValue nhwc, const PoolWindow &window,
                       bool countsPadding) {
  PoolWindow::Pair low = window.low, high = sum(window.high, window.past);
  bool counts = countsPadding && window.isPadded();
  if (counts && window.past != PoolWindow::Pair{0, 0}) {
    // Padding becomes part of the input, so that only what is past it is left out of the count.
    SmallVector<int64_t> before = {0, window.low[0], window.low[1], 0};
    SmallVector<int64_t> after = {0, window.high[0], window.high[1], 0};
    nhwc = build.create<graph::PadOp>(nhwc, before, after, llvm::APFloat(0.0f));
    low = {0, 0};
    high = window.past;
    counts = false;
  }
  return build.create<graph::AveragePool2dOp>(
      nhwc, ArrayRef<int64_t>(window.size), ArrayRef<int64_t>(window.stride),
      ArrayRef<int64_t>(low), ArrayRef<int64_t>(high), counts, graph::Activation::None);
}

namespace {
/// Each element of a window, one after another, as a slice of the padded tensor.
class Taps {
public:
  static FailureOr<Taps> of(NodeBuilder &build, Value x, const DilatedWindow &window, float filler);

  int64_t count() const { return count_; }
  ArrayRef<int64_t> results() const { return results_; }
  /// How far into the window an element is, in elements of the tensor; an entry for each dimension.
  SmallVector<int64_t> placeOf(int64_t tap) const {
    SmallVector<int64_t> place(results_.size(), 0);
    for (size_t d = window_.size.size(); d-- > 0; tap /= window_.size[d])
      place[2 + d] = tap % window_.size[d] * window_.dilation[d];
    return place;
  }
  MaybeValue slice(NodeBuilder &build, int64_t tap) const {
    SmallVector<int64_t> strides(2, 1);
    llvm::append_range(strides, window_.stride);
    return build.create<graph::SliceOp>(padded_, placeOf(tap), results_, strides);
  }

private:
  DilatedWindow window_;
  SmallVector<int64_t> results_;
  MaybeValue padded_ = failure();
  int64_t count_ = 0;
};
} // namespace

FailureOr<Taps> Taps::of(NodeBuilder &build, Value x, const DilatedWindow &window, float filler) {
  constexpr int64_t kMostTaps = 1024; // an op for each
  size_t spatial = window.size.size();
  std::optional<int64_t> count = elementCount(window.size);
  SmallVector<int64_t> low(2, 0), high(2, 0), results(shapeOf(x));
  if (!count || *count < 1 || *count > kMostTaps || results.size() != spatial + 2)
    return build.error() << "a window of " << shapeText(window.size) << " over a tensor of shape "
                         << shapeText(results);
  llvm::append_range(low, window.low);
  llvm::append_range(high, window.high);
  for (size_t d = 0; d < spatial; ++d) {
    int64_t reach = (window.size[d] - 1) * window.dilation[d] + 1;
    int64_t room = results[2 + d] + low[2 + d] + high[2 + d] - reach;
    if (room < 0)
      return build.error() << "a window that is larger than its tensor";
    results[2 + d] = room / window.stride[d] + 1;
  }
  Taps taps;
  taps.window_ = window;
  taps.results_ = results;
  taps.padded_ = build.create<graph::PadOp>(x, low, high, llvm::APFloat(filler));
  taps.count_ = *count;
  return taps;
}

MaybeValue combineWindows(NodeBuilder &build, MaybeValue x, const DilatedWindow &window,
                          float filler,
                          MaybeValue (*combine)(NodeBuilder &build, MaybeValue a, MaybeValue b)) {
  if (failed(x))
    return failure();
  FailureOr<Taps> taps = Taps::of(build, *x, window, filler);
  if (failed(taps))
    return failure();
  MaybeValue result = taps->slice(build, 0);
  for (int64_t tap = 1; tap < taps->count(); ++tap)
    result = combine(build, result, taps->slice(build, tap));
  return result;
}

/// The places of the first elements of all windows, as a sum over dimensions of what each adds.
static MaybeValue firstPlaces(NodeBuilder &build, Type type, ArrayRef<int64_t> results,
                              const DilatedWindow &window, ArrayRef<int64_t> placeStrides) {
  MaybeValue sum = Value();
  for (size_t d = 0; d < results.size(); ++d) {
    int64_t step = d < 2 ? 1 : window.stride[d - 2], low = d < 2 ? 0 : window.low[d - 2];
    SmallVector<int64_t> places, shape(results.size(), 1);
    for (int64_t i = 0; i < results[d]; ++i)
      places.push_back((i * step - low) * placeStrides[d]);
    shape[d] = results[d];
    MaybeValue part = build.integerConstant(type, shape, places);
    sum = d == 0 ? part : build.add(sum, part);
  }
  return sum;
}

PlacedPool maxPoolWithPlaces(NodeBuilder &build, MaybeValue x, const DilatedWindow &window,
                             ArrayRef<int64_t> placeStrides) {
  if (failed(x))
    return {};
  FailureOr<Taps> taps = Taps::of(build, *x, window, -std::numeric_limits<float>::infinity());
  if (failed(taps))
    return {};
  Type wide = build.builder().getI64Type(), narrow = build.builder().getI32Type();
  Type type = *elementCount(shapeOf(*x)) > INT32_MAX ? wide : narrow;
  auto offsetOf = [&](int64_t tap) {
    int64_t offset = 0;
    for (auto [place, stride] : llvm::zip(taps->placeOf(tap), placeStrides))
      offset += place * stride;
    return build.integerConstant(type, SmallVector<int64_t>(placeStrides.size(), 1), offset);
  };
  PlacedPool pool = {taps->slice(build, 0), offsetOf(0)};
  for (int64_t tap = 1; tap < taps->count(); ++tap) {
    MaybeValue next = taps->slice(build, tap);
    MaybeValue isLarger = build.compare<graph::GreaterOp>(next, pool.values);
    pool.places = build.select(isLarger, offsetOf(tap), pool.places);
    pool.values = build.select(isLarger, next, pool.values);
  }
  pool.places = build.cast(
      build.add(firstPlaces(build, type, taps->results(), window, placeStrides), pool.places),
      wide);
  return pool;
}

} // namespace tandem
