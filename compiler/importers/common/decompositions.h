#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Functions that frameworks name and the graph composes. Each is failed when an operand is, and
// takes tensors of real numbers only.

/// log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)) so that nothing overflows.
MaybeValue softplus(NodeBuilder &build, MaybeValue x);
/// x * tanh(softplus(x)).
MaybeValue mish(NodeBuilder &build, MaybeValue x);
/// x * sigmoid(x * beta).
MaybeValue swish(NodeBuilder &build, MaybeValue x, double beta = 1);
/// gamma * elu(x, alpha); SELU (Klambauer et al. 2017) where nothing else is said.
MaybeValue selu(NodeBuilder &build, MaybeValue x, double alpha = 1.6732632423543772,
                double gamma = 1.0507009873554805);
/// GELU's approximation x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
MaybeValue geluTanh(NodeBuilder &build, MaybeValue x);
/// x held between both ends, either of which may be infinite.
MaybeValue clampBetween(NodeBuilder &build, MaybeValue x, double low, double high);
/// x to a power known at compile time; powers that have an op of their own are not left to pow.
MaybeValue powScalar(NodeBuilder &build, MaybeValue x, double exponent);

/// (x - mean) / sqrt(variance + epsilon), both taken over `axes` (ascending).
struct Normalized {
  MaybeValue result, mean, inverseDeviation; ///< the latter two keep the dimensions, as 1
};
Normalized normalizeOver(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes,
                         double epsilon);

/// depth_to_space of an NCHW image whose channels are (channel, row, column) of a block, which the
/// graph has as (row, column, channel). `block` squared divides the channels.
MaybeValue pixelShuffle(NodeBuilder &build, MaybeValue nchw, int64_t block);

/// Elements repeated along dimensions of 1 until the shape is that, by a product with ones, which
/// broadcasts.
MaybeValue expandTo(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> shape);

/// Rows of the last dimension, whatever is before it, times `filter` [N, K]. A null bias is none.
MaybeValue multiplyRows(NodeBuilder &build, MaybeValue rows, MaybeValue filter, MaybeValue bias);

} // namespace tandem
