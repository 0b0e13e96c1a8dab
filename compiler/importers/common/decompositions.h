#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Functions that frameworks name and the graph composes. Each is failed when an operand is, and
// takes tensors of real numbers only.

MaybeValue square(NodeBuilder &build, MaybeValue x);
MaybeValue reciprocal(NodeBuilder &build, MaybeValue x);
/// -1, 0 or 1, of integers as well; of NaN 0.
MaybeValue sign(NodeBuilder &build, MaybeValue x);
/// Truth values.
MaybeValue isNan(NodeBuilder &build, MaybeValue x);
MaybeValue isInfinite(NodeBuilder &build, MaybeValue x);
/// The remainder with the sign of the dividend, as C's fmod and % have it.
MaybeValue remainderOfDividend(NodeBuilder &build, MaybeValue x, MaybeValue y);

// Trigonometric and hyperbolic functions that the graph has no op for, in angles of radians.
MaybeValue tangent(NodeBuilder &build, MaybeValue x);
MaybeValue arcSine(NodeBuilder &build, MaybeValue x);
MaybeValue arcCosine(NodeBuilder &build, MaybeValue x);
/// The angle of the point (x, y).
MaybeValue arcTangent(NodeBuilder &build, MaybeValue y, MaybeValue x);
MaybeValue hyperbolicSine(NodeBuilder &build, MaybeValue x);
MaybeValue hyperbolicCosine(NodeBuilder &build, MaybeValue x);
MaybeValue inverseHyperbolicSine(NodeBuilder &build, MaybeValue x);
MaybeValue inverseHyperbolicCosine(NodeBuilder &build, MaybeValue x);
MaybeValue inverseHyperbolicTangent(NodeBuilder &build, MaybeValue x);

/// exp(x) - 1, of small numbers as well, and log(1 + x).
MaybeValue expMinusOne(NodeBuilder &build, MaybeValue x);
MaybeValue logOnePlus(NodeBuilder &build, MaybeValue x);

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
/// Integers to the power of integers of 0 to 63, those beyond as the nearest of these; wrapping, of
/// the base's type, as frameworks compute it.
MaybeValue powIntegers(NodeBuilder &build, MaybeValue base, MaybeValue exponent);

/// (x - mean) / sqrt(variance + epsilon), both taken over `axes` (ascending).
struct Normalized {
  MaybeValue result, mean, inverseDeviation; ///< the latter two keep the dimensions, as 1
};
Normalized normalizeOver(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes,
                         double epsilon);

/// Numbers of each channel: of a batch norm whose channels are dimension 1, the last in the graph.
struct ChannelNumbers {
  MaybeValue scale, offset, mean, variance;
};
MaybeValue batchNorm(NodeBuilder &build, MaybeValue x, const ChannelNumbers &numbers,
                     float epsilon);

/// depth_to_space of an NCHW image whose channels are (channel, row, column) of a block, which the
/// graph has as (row, column, channel). `block` squared divides the channels.
MaybeValue pixelShuffle(NodeBuilder &build, MaybeValue nchw, int64_t block);

/// Elements of any type repeated along dimensions of 1 until the shape is that.
MaybeValue expandTo(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> shape);

/// The whole tensor so often along each dimension; of fewer dimensions or repeats, those in front
/// are 1.
MaybeValue tiled(NodeBuilder &build, MaybeValue x, llvm::SmallVector<int64_t> repeats);
/// Each entry of a dimension `times` times, side by side.
MaybeValue repeatEach(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t times);

/// Rows of the last dimension, whatever is before it, times `filter` [N, K]. A null bias is none.
MaybeValue multiplyRows(NodeBuilder &build, MaybeValue rows, MaybeValue filter, MaybeValue bias);

/// The product of matrices as numpy.matmul has it: leading dimensions broadcast, a vector is a row
/// on the left and a column on the right.
MaybeValue matrixProduct(NodeBuilder &build, MaybeValue lhs, MaybeValue rhs,
                         bool transposeLhs = false, bool transposeRhs = false);

} // namespace tandem
