#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// 'padding' on both sides.
static FailureOr<PoolWindow> readWindow(AtenNode &node, Value input) {
  Pair size = node.pair("kernel_size"), stride = node.pair("stride", size);
  Pair padding = node.pair("padding", Pair{0, 0});
  bool ceilMode = node.flag("ceil_mode", false);
  PoolWindow window;
  for (int i = 0; i < 2; ++i) {
    if (!node.failed() && (size[i] < 1 || stride[i] < 1 || padding[i] < 0))
      (void)node.invalid("its window is " + shapeText(size) + " at strides " + shapeText(stride) +
                         ", expected positive numbers");
    window.size[i] = size[i];
    window.stride[i] = stride[i];
    window.low[i] = window.high[i] = padding[i];
  }
  if (node.failed())
    return failure();
  if (ceilMode)
    roundUp(window, {shapeOf(input)[2], shapeOf(input)[3]});
  return window;
}

/// aten.max_pool2d, and max_pool2d_with_indices, whose second result is not made.
static MaybeValue importMaxPool2d(AtenNode &node) {
  MaybeValue input = node.image("self");
  if (failed(input))
    return failure();
  FailureOr<PoolWindow> window = readWindow(node, *input);
  Pair dilation = node.pair("dilation", Pair{1, 1});
  if (failed(window) || node.failed())
    return failure();
  if (dilation != Pair{1, 1})
    return node.unsupported("dilation " + shapeText(dilation));
  return node.toNchw(maxPool(node, node.toNhwc(input), *window));
}

/// aten.avg_pool2d divides by the window, padding included, unless 'count_include_pad' is off; what
/// is past the padding never counts.
static MaybeValue importAvgPool2d(AtenNode &node) {
  MaybeValue input = node.image("self");
  if (failed(input))
    return failure();
  FailureOr<PoolWindow> window = readWindow(node, *input);
  bool countsPadding = node.flag("count_include_pad", true);
  if (failed(window) || node.failed())
    return failure();
  if (node.has("divisor_override"))
    return node.unsupported("'divisor_override'");
  return node.toNchw(averagePool(node, node.toNhwc(input), *window, countsPadding));
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
