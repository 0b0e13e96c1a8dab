#include "compiler/importers/onnx/window.h"

using namespace mlir;

namespace tandem::onnx {

// Keeps products of what a hostile file says in range.
static constexpr int64_t kMost = 1 << 24;

FailureOr<Window::Pair> readPair(OnnxNode &node, StringRef name, size_t spatial, int64_t absent,
                                 int64_t least) {
  SmallVector<int64_t> list = node.integers(name, SmallVector<int64_t>(spatial, absent));
  if (node.failed())
    return failure();
  bool isSane = llvm::all_of(list, [&](int64_t v) { return v >= least && v <= kMost; });
  if (list.size() != spatial || !isSane)
    return node.invalid("'" + name + "' is " + shapeText(list) + ", expected " + Twine(spatial) +
                        " numbers of " + Twine(least) + " or more");
  // Nothing happens along a height that was put in.
  return spatial == 1 ? Window::Pair{least, list[0]} : Window::Pair{list[0], list[1]};
}

/// 'pads' has all lows, then all highs.
static LogicalResult readPads(OnnxNode &node, Window &window, size_t spatial) {
  SmallVector<int64_t> pads = node.integers("pads", SmallVector<int64_t>(2 * spatial, 0));
  if (node.failed())
    return failure();
  if (pads.size() != 2 * spatial ||
      llvm::any_of(pads, [](int64_t v) { return v < -kMost || v > kMost; }))
    return node.invalid("'pads' is " + shapeText(pads) + ", expected " + Twine(2 * spatial) +
                        " numbers");
  if (llvm::any_of(pads, [](int64_t v) { return v < 0; }))
    return node.unsupported("negative 'pads', which crop");
  for (size_t i = 0; i < spatial; ++i) {
    window.low[2 - spatial + i] = pads[i];
    window.high[2 - spatial + i] = pads[spatial + i];
  }
  return success();
}

/// SAME_UPPER and SAME_LOWER make the result ceil(image / stride) large; the odd pad is at the end
/// that the name says.
static void padSame(Window &window, ArrayRef<int64_t> image, bool isUpper) {
  for (int i = 0; i < 2; ++i) {
    int64_t outputs = llvm::divideCeil(image[i], window.stride[i]);
    int64_t reach = (window.size[i] - 1) * window.dilation[i] + 1;
    int64_t total = std::max<int64_t>((outputs - 1) * window.stride[i] + reach - image[i], 0);
    window.low[i] = isUpper ? total / 2 : total - total / 2;
    window.high[i] = total - window.low[i];
  }
}

FailureOr<Window> readWindow(OnnxNode &node, Value image, size_t spatial,
                             ArrayRef<int64_t> filter) {
  Window window;
  SmallVector<int64_t> kernel;
  if (filter.size() > 2)
    kernel.append(filter.begin() + 2, filter.end());
  if (node.hasAttribute("kernel_shape") || filter.empty()) {
    SmallVector<int64_t> given = node.integers("kernel_shape");
    if (!node.failed() && !filter.empty() && given != kernel)
      return node.invalid("'kernel_shape' is " + shapeText(given) + ", the filter has " +
                          shapeText(kernel));
    kernel = given;
  }
  FailureOr<Window::Pair> stride = readPair(node, "strides", spatial, 1, 1);
  FailureOr<Window::Pair> dilation = readPair(node, "dilations", spatial, 1, 1);
  std::string autoPad = node.string("auto_pad", "NOTSET");
  if (node.failed() || failed(stride) || failed(dilation))
    return failure();
  if (kernel.size() != spatial ||
      llvm::any_of(kernel, [](int64_t v) { return v < 1 || v > kMost; }))
    return node.invalid("a window of " + shapeText(kernel) + " over " + Twine(spatial) +
                        " dimensions");
  window.stride = *stride;
  window.dilation = *dilation;
  window.size = spatial == 1 ? Window::Pair{1, kernel[0]} : Window::Pair{kernel[0], kernel[1]};
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER")
    padSame(window, shapeOf(image).drop_front(2), autoPad == "SAME_UPPER");
  else if (autoPad == "NOTSET" || autoPad.empty())
    return failed(readPads(node, window, spatial)) ? FailureOr<Window>(failure()) : window;
  else if (autoPad != "VALID")
    return node.invalid("'auto_pad' is '" + autoPad + "', which the format does not have");
  return window;
}

MaybeValue toRank(OnnxNode &node, MaybeValue nchw, size_t rank) {
  if (failed(nchw) || rank == 4)
    return nchw;
  SmallVector<int64_t> shape(shapeOf(*nchw));
  shape.erase(shape.begin() + 2);
  return node.reshape(nchw, shape);
}

} // namespace tandem::onnx
