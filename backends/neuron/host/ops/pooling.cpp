// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D.

#include "backends/neuron/host/window.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
struct Pool {
  Value input;
  Window window;
  graph::Activation activation = graph::Activation::None;
  bool channelsFirst = false;
};

FailureOr<Pool> readPool(Node &node) {
  size_t next = 1;
  auto padding = readPadding(node, next, hasExplicitPadding(node, 7, 10));
  auto width = node.integer(next), height = node.integer(next + 1);
  auto activation = node.fuse(next + 2);
  auto channelsFirst = node.flagOr(next + 3, false);
  if (failed(padding) || failed(width) || failed(height) || failed(activation) ||
      failed(channelsFirst))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  Pool pool = {.input = *input,
               .window = {.size = {*height, *width}},
               .activation = *activation,
               .channelsFirst = *channelsFirst};
  if (failed(applyPadding(node, *padding, {shapeOf(*input)[1], shapeOf(*input)[2]}, pool.window)))
    return failure();
  return pool;
}

MaybeValue average(Node &node, const Pool &pool, MaybeValue input, graph::Activation activation) {
  return node.makeLike<graph::AveragePool2dOp>(
      input, ArrayRef<int64_t>(pool.window.size), ArrayRef<int64_t>(pool.window.stride),
      ArrayRef<int64_t>(pool.window.padLow), ArrayRef<int64_t>(pool.window.padHigh),
      /*countIncludePad=*/false, activation);
}

/// Divides by the number of cells inside the image.
LogicalResult writeAveragePool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.setImage(average(node, *pool, pool->input, pool->activation), pool->channelsFirst);
}

LogicalResult writeMaxPool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.setImage(
      node.makeLike<graph::MaxPool2dOp>(pool->input, ArrayRef<int64_t>(pool->window.size),
                                        ArrayRef<int64_t>(pool->window.stride),
                                        ArrayRef<int64_t>(pool->window.padLow),
                                        ArrayRef<int64_t>(pool->window.padHigh), pool->activation),
      pool->channelsFirst);
}

/// The root of the mean of squares. It is not negative, so only an upper bound has work to do.
LogicalResult writeL2Pool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  using graph::Activation;
  MaybeValue squares = node.makeLike<graph::MulOp>(pool->input, pool->input, Activation::None);
  MaybeValue root = node.makeLike<graph::SqrtOp>(average(node, *pool, squares, Activation::None));
  if (pool->activation == Activation::ReluN1To1)
    root = node.makeLike<graph::ReluN1To1Op>(root);
  else if (pool->activation == Activation::Relu6)
    root = node.makeLike<graph::Relu6Op>(root);
  return node.setImage(root, pool->channelsFirst);
}
} // namespace

void registerPooling(HandlerTable &table) {
  table.add(NEURON_AVERAGE_POOL_2D, writeAveragePool);
  table.add(NEURON_MAX_POOL_2D, writeMaxPool);
  table.add(NEURON_L2_POOL_2D, writeL2Pool);
}

} // namespace tandem::neuron::host
