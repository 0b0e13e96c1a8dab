#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/resampling.h"
#include "compiler/importers/torch/volumes.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

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

static MaybeValue larger(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<graph::MaximumOp>(a, b);
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
  if (dilation == Pair{1, 1})
    return node.toNchw(maxPool(node, node.toNhwc(input), *window));
  if (node.flag("ceil_mode", false))
    return node.unsupported("dilation " + shapeText(dilation) + " with 'ceil_mode'");
  auto list = [](const auto &pair) { return SmallVector<int64_t>(pair.begin(), pair.end()); };
  return combineWindows(node, input,
                        {list(window->size), list(window->stride), list(dilation),
                         list(window->low), list(window->high)},
                        -std::numeric_limits<float>::infinity(), larger);
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

/// A row [batch, channel, place] as an image of height 1, through `pool`, and back.
static MaybeValue alongRow(AtenNode &node, MaybeValue (*pool)(AtenNode &, MaybeValue, bool isMax),
                           bool isMax) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.size() != 3)
    return node.unsupported("an input of shape " + shapeText(shape) + ", only rows (rank 3) are");
  MaybeValue result = pool(node, node.reshape(input, {shape[0], shape[1], 1, shape[2]}), isMax);
  if (failed(result))
    return failure();
  return node.reshape(result, {shape[0], shape[1], shapeOf(*result)[3]});
}
static MaybeValue poolRow(AtenNode &node, MaybeValue image, bool isMax) {
  if (failed(image))
    return failure();
  auto one = [&](StringRef name, int64_t absent) {
    SmallVector<int64_t> list = node.integers(name, SmallVector<int64_t>{absent});
    return list.empty() ? absent : list.front();
  };
  PoolWindow window;
  window.size = {1, one("kernel_size", 1)};
  window.stride = {1, one("stride", window.size[1])};
  window.low = window.high = {0, one("padding", 0)};
  if (node.failed())
    return failure();
  if (window.size[1] < 1 || window.stride[1] < 1 || window.low[1] < 0 ||
      std::max(window.size[1], window.stride[1]) > INT32_MAX || window.low[1] > INT32_MAX)
    return node.invalid("its window is " + Twine(window.size[1]));
  if (one("dilation", 1) != 1)
    return node.unsupported("dilation");
  if (node.flag("ceil_mode", false))
    roundUp(window, {1, shapeOf(*image)[3]});
  MaybeValue nhwc = node.toNhwc(image);
  return node.toNchw(isMax ? maxPool(node, nhwc, window)
                           : averagePool(node, nhwc, window, node.flag("count_include_pad", true)));
}
static MaybeValue importMaxPool1d(AtenNode &node) {
  return alongRow(node, poolRow, /*isMax=*/true);
}
static MaybeValue importAvgPool1d(AtenNode &node) {
  return alongRow(node, poolRow, /*isMax=*/false);
}

/// Whether each window is as large as any other and begins where the one before it ends.
static bool isEven(ArrayRef<int64_t> image, ArrayRef<int64_t> size) {
  return llvm::all_of(llvm::zip_equal(image, size),
                      [](const auto &pair) { return std::get<0>(pair) % std::get<1>(pair) == 0; });
}

static MaybeValue evenPool(AtenNode &node, MaybeValue image, ArrayRef<int64_t> size, bool isMax) {
  ArrayRef<int64_t> from = shapeOf(*image).drop_front(2);
  if (size.size() == 3) {
    VolumeWindow window;
    for (int i = 0; i < 3; ++i)
      window.size[i] = window.stride[i] = from[i] / size[i];
    MaybeValue ndhwc = toNdhwc(node, image);
    return toNcdhw(node, isMax ? maxPoolVolume(node, ndhwc, window)
                               : averagePoolVolume(node, ndhwc, window, /*countsPadding=*/false));
  }
  PoolWindow window;
  window.size = window.stride = {from[0] / size[0], from[1] / size[1]};
  MaybeValue nhwc = node.toNhwc(image);
  return node.toNchw(isMax ? maxPool(node, nhwc, window)
                           : averagePool(node, nhwc, window, /*countsPadding=*/false));
}

/// Windows that cover the image (or volume) as evenly as they can: plain pools where these are
/// equal and do not overlap; else the mean by a matrix for each dimension, the largest one after
/// another.
static MaybeValue adaptivePool(AtenNode &node, MaybeValue image, ArrayRef<int64_t> size,
                               bool isMax) {
  if (failed(image))
    return failure();
  ArrayRef<int64_t> from = shapeOf(*image).drop_front(2);
  if (llvm::all_of(size, [](int64_t out) { return out == 1; })) {
    auto axes = llvm::to_vector(llvm::seq<int64_t>(2, shapeOf(*image).size()));
    return isMax ? node.create<graph::ReduceMaxOp>(image, axes, /*keepDims=*/true)
                 : node.create<graph::MeanOp>(image, axes, /*keepDims=*/true);
  }
  auto isEmpty = [](int64_t extent) { return extent < 1; };
  if (llvm::any_of(size, isEmpty) || llvm::any_of(from, isEmpty))
    return node.invalid("'output_size' is " + shapeText(size) + " for an input of shape " +
                        shapeText(shapeOf(*image)));
  if (isEven(from, size))
    return evenPool(node, image, size, isMax);
  if (isMax && llvm::any_of(size, [](int64_t out) { return out > kMostWindows; }))
    return node.unsupported("'output_size' " + shapeText(size));
  MaybeValue result = image;
  for (auto [d, out] : llvm::enumerate(size)) {
    if (out == from[d])
      continue;
    auto axis = static_cast<int64_t>(2 + d);
    result = isMax ? largestAlong(node, result, axis, out) : averageAlong(node, result, axis, out);
  }
  return result;
}

/// An open size of 'output_size' is the input's.
static MaybeValue importAdaptive2d(AtenNode &node, bool isMax) {
  MaybeValue input = node.image("self");
  Pair size = node.pair("output_size");
  return node.failed() ? MaybeValue(failure()) : adaptivePool(node, input, size, isMax);
}
static MaybeValue importAdaptiveAvgPool2d(AtenNode &node) {
  return importAdaptive2d(node, /*isMax=*/false);
}
static MaybeValue importAdaptiveMaxPool2d(AtenNode &node) {
  return importAdaptive2d(node, /*isMax=*/true);
}
static MaybeValue importAdaptive3d(AtenNode &node, bool isMax) {
  MaybeValue input = volumeOf(node, "self");
  Triple size = tripleOf(node, "output_size");
  return node.failed() ? MaybeValue(failure()) : adaptivePool(node, input, size, isMax);
}
static MaybeValue importAdaptiveAvgPool3d(AtenNode &node) {
  return importAdaptive3d(node, /*isMax=*/false);
}
static MaybeValue importAdaptiveMaxPool3d(AtenNode &node) {
  return importAdaptive3d(node, /*isMax=*/true);
}
static MaybeValue adaptRow(AtenNode &node, MaybeValue image, bool isMax) {
  Pair size = node.pair("output_size");
  return node.failed() ? MaybeValue(failure()) : adaptivePool(node, image, {1, size[1]}, isMax);
}
static MaybeValue importAdaptiveAvgPool1d(AtenNode &node) {
  return alongRow(node, adaptRow, /*isMax=*/false);
}
static MaybeValue importAdaptiveMaxPool1d(AtenNode &node) {
  return alongRow(node, adaptRow, /*isMax=*/true);
}

void registerPooling(OpTable &table) {
  table.add("aten.max_pool2d.default", importMaxPool2d);
  table.add("aten.max_pool2d_with_indices.default", importMaxPool2d);
  table.add("aten.max_pool1d.default", importMaxPool1d);
  table.add("aten.avg_pool2d.default", importAvgPool2d);
  table.add("aten.avg_pool1d.default", importAvgPool1d);
  table.add("aten.adaptive_avg_pool2d.default", importAdaptiveAvgPool2d);
  table.add("aten._adaptive_avg_pool2d.default", importAdaptiveAvgPool2d);
  table.add("aten.adaptive_max_pool2d.default", importAdaptiveMaxPool2d);
  table.add("aten.adaptive_avg_pool3d.default", importAdaptiveAvgPool3d);
  table.add("aten._adaptive_avg_pool3d.default", importAdaptiveAvgPool3d);
  table.add("aten.adaptive_max_pool3d.default", importAdaptiveMaxPool3d);
  table.add("aten.adaptive_avg_pool1d.default", importAdaptiveAvgPool1d);
  table.add("aten.adaptive_max_pool1d.default", importAdaptiveMaxPool1d);
}

} // namespace tandem::torch
