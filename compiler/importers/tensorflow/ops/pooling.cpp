#include "compiler/importers/tensorflow/window.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
struct Pool {
  Value input; ///< NHWC
  SmallVector<int64_t> size, stride, low, high;
};

/// `areInputs`: size and stride are, not attributes.
FailureOr<Pool> readPool(TfNode &node, bool areInputs = false) {
  MaybeValue input = node.image(0);
  Window window;
  if (areInputs) {
    auto size = node.integers(1, "the size of the window"), stride = node.integers(2, "the stride");
    if (failed(size) || failed(stride))
      return failure();
    window.size = node.spatial("ksize", *size);
    window.stride = node.spatial("strides", *stride);
  } else {
    window.size = node.spatial("ksize");
    window.stride = node.spatial("strides");
  }
  if (node.failed() || failed(input) || failed(readPadding(node, window, imageSize(*input))))
    return failure();
  auto list = [](const Pair &pair) { return SmallVector<int64_t>{pair[0], pair[1]}; };
  return Pool{*input, list(window.size), list(window.stride), list(window.low), list(window.high)};
}
} // namespace

/// MaxPool, and the first result of MaxPoolWithArgmax.
template <bool areInputs> static MaybeValue importMaxPool(TfNode &node) {
  FailureOr<Pool> pool = readPool(node, areInputs);
  if (failed(pool))
    return failure();
  return node.fromNhwc(node.create<graph::MaxPool2dOp>(
      pool->input, pool->size, pool->stride, pool->low, pool->high, graph::Activation::None));
}

/// Divides by the number of elements inside the image.
static MaybeValue importAveragePool(TfNode &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.fromNhwc(node.create<graph::AveragePool2dOp>(
      pool->input, pool->size, pool->stride, pool->low, pool->high, /*countIncludePad=*/false,
      graph::Activation::None));
}

void registerPooling(OpTable &table) {
  table.add("MaxPool", importMaxPool<false>);
  table.add("MaxPoolV2", importMaxPool<true>);
  table.add("MaxPoolWithArgmax", importMaxPool<false>);
  table.nameOutputs("MaxPoolWithArgmax", {"output", "argmax"});
  table.add("AvgPool", importAveragePool);
}

} // namespace tandem::tensorflow
