#include "compiler/importers/tensorflow/window.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
struct Pool {
  Value input; ///< NHWC
  SmallVector<int64_t> size, stride, low, high;
};

FailureOr<Pool> readPool(TfNode &node) {
  MaybeValue input = node.image(0);
  Window window{node.spatial("ksize"), node.spatial("strides")};
  if (node.failed() || failed(input) || failed(readPadding(node, window, imageSize(*input))))
    return failure();
  auto list = [](const Pair &pair) { return SmallVector<int64_t>{pair[0], pair[1]}; };
  return Pool{*input, list(window.size), list(window.stride), list(window.low), list(window.high)};
}
} // namespace

static MaybeValue importMaxPool(TfNode &node) {
  FailureOr<Pool> pool = readPool(node);
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
  table.add("MaxPool", importMaxPool);
  table.add("AvgPool", importAveragePool);
}

} // namespace tandem::tensorflow
