#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/mxnet/image.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
enum class Kind { kMax, kAverage, kSum };

FailureOr<Kind> readKind(SymbolNode &node) {
  StringRef type = node.string("pool_type", "max");
  if (type == "max")
    return Kind::kMax;
  if (type == "avg")
    return Kind::kAverage;
  if (type == "sum")
    return Kind::kSum;
  return node.unsupported("'pool_type' '" + type + "', only 'max', 'avg' and 'sum' are");
}

MaybeValue poolWhole(SymbolNode &node, const ImageLayout &layout, Kind kind) {
  MaybeValue input = node.input(0);
  Ints axes = layout.spatialAxes();
  if (kind == Kind::kMax)
    return node.create<graph::ReduceMaxOp>(input, axes, /*keepDims=*/true);
  if (kind == Kind::kSum)
    return node.create<graph::SumOp>(input, axes, /*keepDims=*/true);
  return node.create<graph::MeanOp>(input, axes, /*keepDims=*/true);
}

/// The convention 'full' rounds the number of windows up, where 'valid' rounds down. A last window
/// that does not even touch the image is without a meaning in MXNet (0 / 0 for an average).
FailureOr<PoolWindow> readWindow(SymbolNode &node, const ImageLayout &layout, const Pair &image) {
  FailureOr<Pair> kernel = readKernel(node, layout);
  Pair stride = layout.pair(node, "stride", 1), pad = layout.pair(node, "pad", 0);
  StringRef convention = node.string("pooling_convention", "valid");
  if (node.failed() || failed(kernel))
    return failure();
  if (convention != "valid" && convention != "full")
    return node.unsupported("'pooling_convention' '" + convention +
                            "', only 'valid' and 'full' are");
  PoolWindow window = {.size = *kernel, .stride = stride, .low = pad, .high = pad};
  for (int i = 0; i < 2; ++i)
    if (stride[i] < 1 || pad[i] >= (*kernel)[i])
      return node.invalid("its window " + shapeText(*kernel) + " at stride " + shapeText(stride) +
                          " with padding " + shapeText(pad) + " is none");
  if (convention == "valid")
    return window;
  for (int i = 0; i < 2; ++i) {
    int64_t room = image[i] + 2 * pad[i] - (*kernel)[i];
    int64_t last =
        static_cast<int64_t>(llvm::divideCeil(std::max<int64_t>(room, 0), stride[i])) * stride[i];
    if (last >= image[i] + pad[i])
      return node.unsupported("a last window outside of the image");
  }
  roundUp(window, image);
  return window;
}
} // namespace

/// Pooling: an average divides by the window, padding included, unless 'count_include_pad' is off;
/// what is past the padding never counts.
static MaybeValue importPooling(SymbolNode &node) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  FailureOr<Kind> kind = readKind(node);
  bool isGlobal = node.flag("global_pool", false);
  bool countsPadding = node.flag("count_include_pad", true);
  if (failed(layout) || failed(kind) || node.failed())
    return failure();
  if (isGlobal)
    return poolWhole(node, *layout, *kind);
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<PoolWindow> window = readWindow(node, *layout, layout->size(shapeOf(*input)));
  if (failed(window))
    return failure();
  MaybeValue image = layout->toNhwc(node, input);
  if (*kind == Kind::kMax)
    return layout->fromNhwc(node, maxPool(node, image, *window));
  if (*kind == Kind::kAverage)
    return layout->fromNhwc(node, averagePool(node, image, *window, countsPadding));
  if (window->past != PoolWindow::Pair{0, 0})
    return node.unsupported("'pool_type' 'sum' with windows past the padding");
  MaybeValue mean = averagePool(node, image, *window, /*countsPadding=*/true);
  auto area = static_cast<double>(window->size[0] * window->size[1]);
  return layout->fromNhwc(
      node, node.create<graph::MulOp>(mean, node.scalarLike(*input, area), kNoActivation));
}

/// _contrib_AdaptiveAvgPooling2D, where the windows are equal and do not overlap.
static MaybeValue importAdaptiveAverage(SymbolNode &node) {
  FailureOr<ImageLayout> layout = ImageLayout::of(node);
  Ints size = node.integers("output_size", Ints{1});
  MaybeValue input = node.input(0);
  if (failed(layout) || node.failed() || failed(input))
    return failure();
  if (size.size() == 1)
    size.push_back(size.front());
  if (size.size() != 2 || size[0] < 1 || size[1] < 1)
    return node.invalid("'output_size' is " + shapeText(size));
  if (size == Ints{1, 1})
    return poolWhole(node, *layout, Kind::kAverage);
  Pair image = layout->size(shapeOf(*input));
  if (image[0] % size[0] || image[1] % size[1])
    return node.unsupported("'output_size' " + shapeText(size) + " of an input of shape " +
                            shapeText(shapeOf(*input)) + ", only divisors are");
  PoolWindow window;
  window.size = window.stride = {image[0] / size[0], image[1] / size[1]};
  return layout->fromNhwc(
      node, averagePool(node, layout->toNhwc(node, input), window, /*countsPadding=*/false));
}

void registerPooling(OpTable &table) {
  table.add("Pooling", importPooling);
  table.add("Pooling_v1", importPooling);
  table.add("_contrib_AdaptiveAvgPooling2D", importAdaptiveAverage);
}

} // namespace tandem::mxnet
