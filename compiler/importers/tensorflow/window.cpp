#include "compiler/importers/tensorflow/window.h"

using namespace mlir;

namespace tandem::tensorflow {

Pair imageSize(Value value) {
  return {shapeOf(value)[1], shapeOf(value)[2]};
}

static LogicalResult readExplicit(TfNode &node, Window &window) {
  SmallVector<int64_t> pads = node.attributeList("explicit_paddings");
  bool isSane = pads.size() == 8 &&
                llvm::all_of(pads, [](int64_t pad) { return pad >= 0 && pad <= INT32_MAX; });
  if (!isSane)
    return node.invalid("'explicit_paddings' is " + shapeText(pads) +
                        ", expected 8 numbers, none negative");
  size_t row = node.isChannelsFirst() ? 4 : 2;
  window.low = {pads[row], pads[row + 2]};
  window.high = {pads[row + 1], pads[row + 3]};
  return success();
}

LogicalResult readPadding(TfNode &node, Window &window, Pair image) {
  StringRef padding = node.string("padding", "VALID");
  if (node.failed())
    return failure();
  if (padding == "VALID")
    return success();
  if (padding == "EXPLICIT")
    return readExplicit(node, window);
  if (padding != "SAME")
    return node.unsupported("'padding' '" + padding + "'");
  for (int i = 0; i < 2; ++i) { // sizes, strides and dilations are below 2^24 each
    int64_t steps = llvm::divideCeil(image[i], window.stride[i]);
    int64_t reach = (window.size[i] - 1) * window.dilation[i] + 1;
    int64_t total = std::max<int64_t>((steps - 1) * window.stride[i] + reach - image[i], 0);
    window.low[i] = total / 2;
    window.high[i] = total - total / 2;
  }
  return success();
}

} // namespace tandem::tensorflow
