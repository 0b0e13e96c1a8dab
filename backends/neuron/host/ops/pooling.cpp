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

/// Divides by the number of cells inside the image.
LogicalResult writeAveragePool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.setImage(
      node.makeLike<graph::AveragePool2dOp>(
          pool->input, ArrayRef<int64_t>(pool->window.size), ArrayRef<int64_t>(pool->window.stride),
          ArrayRef<int64_t>(pool->window.padLow), ArrayRef<int64_t>(pool->window.padHigh),
          /*countIncludePad=*/false, pool->activation),
      pool->channelsFirst);
}

/// MAX_POOL_2D and L2_POOL_2D.
template <typename OpT> LogicalResult writePool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.setImage(node.makeLike<OpT>(pool->input, ArrayRef<int64_t>(pool->window.size),
                                          ArrayRef<int64_t>(pool->window.stride),
                                          ArrayRef<int64_t>(pool->window.padLow),
                                          ArrayRef<int64_t>(pool->window.padHigh),
                                          pool->activation),
                       pool->channelsFirst);
}
} // namespace

void registerPooling(HandlerTable &table) {
  table.add(NEURON_AVERAGE_POOL_2D, writeAveragePool);
  table.add(NEURON_MAX_POOL_2D, writePool<graph::MaxPool2dOp>);
  table.add(NEURON_L2_POOL_2D, writePool<graph::L2Pool2dOp>);
}

} // namespace tandem::neuron::host
