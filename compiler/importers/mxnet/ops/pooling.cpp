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

/// A window as the attributes have it. The convention 'full' rounds the number of windows up, where
/// 'valid' rounds down. A last window that does not even touch the image is without a meaning in
/// MXNet (0 / 0 for an average).
struct Window {
  Extents size, stride, pad;
  bool roundsUp;

  static FailureOr<Window> read(SymbolNode &node, const ImageLayout &layout, const Extents &image) {
    FailureOr<Extents> kernel = readKernel(node, layout);
    Extents stride = layout.extents(node, "stride", 1), pad = layout.extents(node, "pad", 0);
    StringRef convention = node.string("pooling_convention", "valid");
    if (node.failed() || failed(kernel))
      return failure();
    if (convention != "valid" && convention != "full")
      return node.unsupported("'pooling_convention' '" + convention +
                              "', only 'valid' and 'full' are");
    Window window = {*kernel, stride, pad, convention == "full"};
    for (size_t i = 0; i < image.size(); ++i) {
      if (stride[i] < 1 || pad[i] >= window.size[i])
        return node.invalid("its window " + shapeText(window.size) + " at stride " +
                            shapeText(stride) + " with padding " + shapeText(pad) + " is none");
      int64_t room = std::max<int64_t>(image[i] + 2 * pad[i] - window.size[i], 0);
      int64_t last = static_cast<int64_t>(llvm::divideCeil(room, stride[i])) * stride[i];
      if (window.roundsUp && last >= image[i] + pad[i])
        return node.unsupported("a last window outside of the image");
    }
    return window;
  }

  PoolWindow ofImage(const Extents &image) const {
    auto pair = [](const Extents &all) { return PoolWindow::Pair{all[0], all[1]}; };
    PoolWindow window = {
        .size = pair(size), .stride = pair(stride), .low = pair(pad), .high = pair(pad)};
    if (roundsUp)
      roundUp(window, pair(image));
    return window;
  }
  VolumeWindow ofVolume() const {
    return {.size = tripleOf(size),
            .stride = tripleOf(stride),
            .low = tripleOf(pad),
            .high = tripleOf(pad)};
  }
  /// Whether a window ends behind the padding.
  bool goesPast(const Extents &image) const {
    for (size_t i = 0; i < image.size(); ++i)
      if (roundsUp && (image[i] + 2 * pad[i] - size[i]) % stride[i] != 0)
        return true;
    return false;
  }
  double elements() const {
    double product = 1;
    for (int64_t extent : size)
      product *= static_cast<double>(extent);
    return product;
  }
};
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
  Extents size = layout->size(shapeOf(*input));
  FailureOr<Window> window = Window::read(node, *layout, size);
  if (failed(window))
    return failure();
  MaybeValue image = layout->toNhwc(node, input);
  auto average = [&](bool counts) {
    return layout->isVolume()
               ? averagePoolVolume(node, image, window->ofVolume(), counts, window->roundsUp)
               : averagePool(node, image, window->ofImage(size), counts);
  };
  if (*kind == Kind::kMax)
    return layout->fromNhwc(
        node, layout->isVolume() ? maxPoolVolume(node, image, window->ofVolume(), window->roundsUp)
                                 : maxPool(node, image, window->ofImage(size)));
  if (*kind == Kind::kAverage)
    return layout->fromNhwc(node, average(countsPadding));
  if (window->goesPast(size))
    return node.unsupported("'pool_type' 'sum' with windows past the padding");
  return layout->fromNhwc(node, node.multiply(average(/*counts=*/true), window->elements()));
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
  if (layout->isVolume())
    return node.invalid("it has a volume, expected images");
  if (size == Ints{1, 1})
    return poolWhole(node, *layout, Kind::kAverage);
  Extents image = layout->size(shapeOf(*input));
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
