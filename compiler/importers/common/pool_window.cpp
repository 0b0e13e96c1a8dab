#include "compiler/importers/common/pool_window.h"

#include "compiler/graph/graph.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem {

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

} // namespace tandem
