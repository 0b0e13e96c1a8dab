#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

namespace {
struct Window {
  Pair size, stride, low, high;
  bool reachesPastPadding = false; ///< the last window of ceil_mode
};

/// 'padding' on both sides; with 'ceil_mode' a last window that starts inside the padded input and
/// ends past it counts as well.
FailureOr<Window> readWindow(AtenNode &node, Value input) {
  Window window;
  window.size = node.pair("kernel_size");
  window.stride = node.pair("stride", window.size);
  window.low = window.high = node.pair("padding", Pair{0, 0});
  bool ceilMode = node.flag("ceil_mode", false);
  for (int i = 0; i < 2; ++i)
    if (!node.failed() && (window.size[i] < 1 || window.stride[i] < 1 || window.low[i] < 0))
      (void)node.invalid("its window is " + shapeText(window.size) + " at strides " +
                         shapeText(window.stride) + ", expected positive numbers");
  if (node.failed())
    return failure();
  for (int i = 0; ceilMode && i < 2; ++i) {
    int64_t size = shapeOf(input)[2 + i], pad = window.low[i];
    int64_t room = size + 2 * pad - window.size[i];
    int64_t outputs = room < 0 ? 1 : llvm::divideCeil(room, window.stride[i]) + 1;
    if ((outputs - 1) * window.stride[i] >= size + pad)
      --outputs;
    int64_t high = (outputs - 1) * window.stride[i] + window.size[i] - size - pad;
    window.high[i] = std::max<int64_t>(high, 0);
    window.reachesPastPadding |= window.high[i] > pad;
  }
  return window;
}
} // namespace

/// aten.max_pool2d, and max_pool2d_with_indices, whose second result is not made.
static MaybeValue importMaxPool2d(AtenNode &node) {
  MaybeValue input = node.image("self");
  if (failed(input))
    return failure();
  FailureOr<Window> window = readWindow(node, *input);
  Pair dilation = node.pair("dilation", Pair{1, 1});
  if (failed(window) || node.failed())
    return failure();
  if (dilation != Pair{1, 1})
    return node.unsupported("dilation " + shapeText(dilation));
  return node.toNchw(node.create<graph::MaxPool2dOp>(node.toNhwc(input), window->size,
                                                     window->stride, window->low, window->high,
                                                     graph::Activation::None));
}

/// aten.avg_pool2d divides by the window, padding included, unless 'count_include_pad' is off; what
/// is past the padding never counts.
static MaybeValue importAvgPool2d(AtenNode &node) {
  MaybeValue input = node.image("self");
  if (failed(input))
    return failure();
  FailureOr<Window> window = readWindow(node, *input);
  bool countsPadding = node.flag("count_include_pad", true);
  if (failed(window) || node.failed())
    return failure();
  if (node.has("divisor_override"))
    return node.unsupported("'divisor_override'");
  MaybeValue image = node.toNhwc(input);
  bool hasPadding = window->low != Pair{0, 0};
  if (countsPadding && hasPadding && window->reachesPastPadding) {
    // Padding becomes part of the input, so that only what is past it is left out of the count.
    SmallVector<int64_t> border = {0, window->low[0], window->low[1], 0};
    image = node.create<graph::PadOp>(image, border, border, llvm::APFloat(0.0f));
    for (int i = 0; i < 2; ++i) {
      window->high[i] = std::max<int64_t>(window->high[i] - window->low[i], 0);
      window->low[i] = 0;
    }
    countsPadding = false;
  }
  return node.toNchw(node.create<graph::AveragePool2dOp>(
      image, window->size, window->stride, window->low, window->high, countsPadding && hasPadding,
      graph::Activation::None));
}

/// aten.adaptive_avg_pool2d, where the windows are equal and do not overlap.
static MaybeValue importAdaptiveAvgPool2d(AtenNode &node) {
  MaybeValue input = node.image("self");
  Pair size = node.pair("output_size");
  if (node.failed() || failed(input))
    return failure();
  if (size == Pair{1, 1})
    return node.create<graph::MeanOp>(input, ArrayRef<int64_t>{2, 3}, /*keepDims=*/true);
  Pair window;
  for (int i = 0; i < 2; ++i) {
    int64_t extent = shapeOf(*input)[2 + i];
    if (size[i] < 1 || extent % size[i])
      return node.unsupported("output size " + shapeText(size) + " of an input of shape " +
                              shapeText(shapeOf(*input)) + ", only divisors are");
    window.push_back(extent / size[i]);
  }
  Pair none = {0, 0};
  return node.toNchw(node.create<graph::AveragePool2dOp>(node.toNhwc(input), window, window, none,
                                                         none, /*countIncludePad=*/false,
                                                         graph::Activation::None));
}

void registerPooling(OpTable &table) {
  table.add("aten.max_pool2d.default", importMaxPool2d);
  table.add("aten.max_pool2d_with_indices.default", importMaxPool2d);
  table.add("aten.avg_pool2d.default", importAvgPool2d);
  table.add("aten.adaptive_avg_pool2d.default", importAdaptiveAvgPool2d);
  table.add("aten._adaptive_avg_pool2d.default", importAdaptiveAvgPool2d);
}

} // namespace tandem::torch
