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

/// SAME_UPPER and SAME_LOWER differ in the end that the odd pad is at.
static LogicalResult padSame(OnnxNode &node, int64_t size, int64_t kernel, int64_t stride,
                             int64_t dilation, bool isUpper, int64_t &low, int64_t &high) {
  auto pads = samePadding(size, kernel, stride, dilation);
  if (!pads)
    return node.invalid("the dilated window is too large");
  std::tie(low, high) = *pads;
  if (!isUpper)
    std::swap(low, high);
  return success();
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
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    for (int i = 0; i < 2; ++i)
      if (failed(padSame(node, shapeOf(image)[2 + i], window.size[i], window.stride[i],
                         window.dilation[i], autoPad == "SAME_UPPER", window.low[i],
                         window.high[i])))
        return failure();
  } else if (autoPad == "NOTSET" || autoPad.empty()) {
    return failed(readPads(node, window, spatial)) ? FailureOr<Window>(failure()) : window;
  } else if (autoPad != "VALID") {
    return node.invalid("'auto_pad' is '" + autoPad + "', which the format does not have");
  }
  return window;
}

FailureOr<DilatedWindow> readDilatedWindow(OnnxNode &node, ArrayRef<int64_t> input,
                                           ArrayRef<int64_t> filter) {
  size_t spatial = input.size() - 2;
  auto list = [&](StringRef name, size_t count, int64_t absent) {
    SmallVector<int64_t> values = node.integers(name, SmallVector<int64_t>(count, absent));
    bool isSane = llvm::all_of(values, [&](int64_t v) { return v >= absent && v <= kMost; });
    if (!node.failed() && (values.size() != count || !isSane))
      (void)node.invalid("'" + name + "' is " + shapeText(values) + " for " + Twine(spatial) +
                         " dimensions");
    return node.failed() ? SmallVector<int64_t>(count, absent) : values;
  };
  SmallVector<int64_t> pads = list("pads", 2 * spatial, 0);
  SmallVector<int64_t> kernel(filter.empty() ? filter : filter.drop_front(2));
  if (node.hasAttribute("kernel_shape") || filter.empty()) {
    SmallVector<int64_t> given = node.integers("kernel_shape");
    if (!node.failed() && !filter.empty() && given != kernel)
      return node.invalid("'kernel_shape' is " + shapeText(given) + ", the filter has " +
                          shapeText(kernel));
    kernel = given;
  }
  DilatedWindow window{kernel, list("strides", spatial, 1), list("dilations", spatial, 1),
                       SmallVector<int64_t>(spatial, 0), SmallVector<int64_t>(spatial, 0)};
  std::string autoPad = node.string("auto_pad", "NOTSET");
  if (node.failed())
    return failure();
  if (window.size.size() != spatial ||
      llvm::any_of(window.size, [](int64_t v) { return v < 1 || v > kMost; }))
    return node.invalid("a window of " + shapeText(window.size) + " over " + Twine(spatial) +
                        " dimensions");
  for (size_t d = 0; d < spatial; ++d) {
    if (StringRef(autoPad).starts_with("SAME")) {
      if (failed(padSame(node, input[2 + d], window.size[d], window.stride[d], window.dilation[d],
                         autoPad == "SAME_UPPER", window.low[d], window.high[d])))
        return failure();
    } else if (autoPad != "VALID") {
      window.low[d] = pads[d];
      window.high[d] = pads[spatial + d];
    }
  }
  return window;
}

FailureOr<VolumeWindow> readVolumeWindow(OnnxNode &node, ArrayRef<int64_t> input,
                                         ArrayRef<int64_t> filter) {
  FailureOr<DilatedWindow> read = readDilatedWindow(node, input, filter);
  if (failed(read))
    return failure();
  auto triple = [](ArrayRef<int64_t> list) { return Triple{list[0], list[1], list[2]}; };
  return VolumeWindow{triple(read->size), triple(read->stride), triple(read->dilation),
                      triple(read->low), triple(read->high)};
}

MaybeValue toRank(OnnxNode &node, MaybeValue nchw, size_t rank) {
  if (failed(nchw) || rank == 4)
    return nchw;
  SmallVector<int64_t> shape(shapeOf(*nchw));
  shape.erase(shape.begin() + 2);
  return node.reshape(nchw, shape);
}

} // namespace tandem::onnx
