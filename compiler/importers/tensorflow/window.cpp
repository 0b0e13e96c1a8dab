#include "compiler/importers/tensorflow/window.h"

#include "compiler/importers/common/pool_window.h"

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
  for (int i = 0; i < 2; ++i) {
    auto pads = samePadding(image[i], window.size[i], window.stride[i], window.dilation[i]);
    if (!pads)
      return node.invalid("the dilated window is too large");
    std::tie(window.low[i], window.high[i]) = *pads;
  }
  return success();
}

} // namespace tandem::tensorflow
