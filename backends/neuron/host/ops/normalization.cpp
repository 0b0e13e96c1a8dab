// L2_NORMALIZATION; INSTANCE_NORMALIZATION and RMS normalization, put together from simpler ops.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
using graph::Activation;

MaybeValue multiply(Node &node, MaybeValue a, MaybeValue b) {
  return node.makeLike<graph::MulOp>(a, b, Activation::None);
}
MaybeValue add(Node &node, MaybeValue a, MaybeValue b) {
  return node.makeLike<graph::AddOp>(a, b, Activation::None);
}

LogicalResult writeL2Normalization(Node &node) {
  MaybeValue input = node.value(0);
  if (failed(input))
    return failure();
  auto axis = node.axisOf(*input, 1, /*absent=*/-1);
  return failed(axis) ? failure()
                      : node.emit<graph::L2NormalizationOp>(*input, static_cast<uint64_t>(*axis));
}

/// gamma * (x - mean) / sqrt(variance + epsilon) + beta, per image and channel.
LogicalResult writeInstanceNormalization(Node &node) {
  auto gamma = node.real(1), beta = node.real(2), epsilon = node.real(3);
  auto channelsFirst = node.flagOr(4, false);
  if (failed(gamma) || failed(beta) || failed(epsilon) || failed(channelsFirst))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  static constexpr int64_t kPixels[] = {1, 2};
  ArrayRef<int64_t> pixels(kPixels);
  NodeBuilder &build = node.build();
  MaybeValue mean = node.makeLike<graph::MeanOp>(*input, pixels, /*keepDims=*/true);
  MaybeValue centred = node.makeLike<graph::SubOp>(*input, mean, Activation::None);
  MaybeValue variance =
      node.makeLike<graph::MeanOp>(multiply(node, centred, centred), pixels, /*keepDims=*/true);
  MaybeValue scale =
      node.makeLike<graph::RsqrtOp>(add(node, variance, build.scalarLike(*input, *epsilon)));
  MaybeValue normalized =
      multiply(node, centred, multiply(node, scale, build.scalarLike(*input, *gamma)));
  return node.setImage(add(node, normalized, build.scalarLike(*input, *beta)), *channelsFirst);
}

/// x / sqrt(mean of squares + epsilon) * gamma + beta along the last dimension. Inputs: x, the
/// dimension, gamma, beta, epsilon.
LogicalResult writeRmsNormalization(Node &node) {
  if (node.inputCount() != 6)
    return node.invalid() << node.inputCount() << " inputs, expected 6";
  MaybeValue input = node.real32(node.value(0));
  MaybeValue gamma = node.real32(node.value(2)), beta = node.real32(node.value(3));
  auto epsilon = node.real(4);
  if (failed(input) || failed(gamma) || failed(beta) || failed(epsilon))
    return failure();
  auto axis = node.axisOf(*input, 1);
  if (failed(axis))
    return failure();
  MaybeValue mean = node.makeLike<graph::MeanOp>(multiply(node, input, input),
                                                 ArrayRef<int64_t>{*axis}, /*keepDims=*/true);
  MaybeValue scale =
      node.makeLike<graph::RsqrtOp>(add(node, mean, node.build().scalarLike(*input, *epsilon)));
  return node.setResult(add(node, multiply(node, multiply(node, input, scale), gamma), beta));
}
} // namespace

void registerNormalization(HandlerTable &table) {
  table.add(NEURON_L2_NORMALIZATION, writeL2Normalization);
  table.add(NEURON_INSTANCE_NORMALIZATION, writeInstanceNormalization);
  table.add("MTKEXT_RMS_NORMALIZATION", writeRmsNormalization);
}

} // namespace tandem::neuron::host
