#include "compiler/importers/common/pool_window.h"

#include "compiler/graph/graph.h"

#include "llvm/Support/MathExtras.h"

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

MaybeValue combineWindows(NodeBuilder &build, MaybeValue x, const DilatedWindow &window,
                          float filler,
                          MaybeValue (*combine)(NodeBuilder &build, MaybeValue a, MaybeValue b)) {
  if (failed(x))
    return failure();
  constexpr int64_t kMostTaps = 1024; // an op for each
  size_t spatial = window.size.size();
  std::optional<int64_t> taps = elementCount(window.size);
  SmallVector<int64_t> low(2, 0), high(2, 0), results(shapeOf(*x));
  if (!taps || *taps < 1 || *taps > kMostTaps || results.size() != spatial + 2)
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
  MaybeValue padded = build.create<graph::PadOp>(x, low, high, llvm::APFloat(filler));
  SmallVector<int64_t> strides(2, 1), begin(spatial + 2, 0);
  llvm::append_range(strides, window.stride);
  MaybeValue result;
  for (int64_t tap = 0; tap < *taps; ++tap) {
    int64_t rest = tap;
    for (size_t d = spatial; d-- > 0; rest /= window.size[d])
      begin[2 + d] = rest % window.size[d] * window.dilation[d];
    MaybeValue part = build.create<graph::SliceOp>(padded, begin, results, strides);
    result = tap == 0 ? part : combine(build, result, part);
  }
  return result;
}

} // namespace tandem
