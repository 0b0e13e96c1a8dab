#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem::keras {

// Functions of keras.activations and keras.ops that no other framework here has.

/// alpha * elu(x / alpha).
MaybeValue celu(NodeBuilder &build, MaybeValue x, double alpha);
/// One half of an axis times the sigmoid of the other.
MaybeValue glu(NodeBuilder &build, MaybeValue x, int64_t axis);
/// x where it is further from 0 than the threshold, 0 elsewhere; and the same drawn towards 0 by
/// it.
MaybeValue hardShrink(NodeBuilder &build, MaybeValue x, double threshold);
MaybeValue softShrink(NodeBuilder &build, MaybeValue x, double threshold);
/// x where it is above the threshold, `otherwise` elsewhere.
MaybeValue thresholded(NodeBuilder &build, MaybeValue x, double threshold, double otherwise);
/// 0 below -1, x above 1, (x + 1)^2 / 4 between; and its slope's half: from 0 to 1.
MaybeValue sparsePlus(NodeBuilder &build, MaybeValue x);
MaybeValue sparseSigmoid(NodeBuilder &build, MaybeValue x);
/// (x + sqrt(x^2 + b)) / 2.
MaybeValue squarePlus(NodeBuilder &build, MaybeValue x, double b);
MaybeValue logSigmoid(NodeBuilder &build, MaybeValue x);
MaybeValue tanhShrink(NodeBuilder &build, MaybeValue x);

/// Zeros but for the largest (Martins and Astudillo 2016), as Keras computes it.
MaybeValue sparseMax(NodeBuilder &build, MaybeValue x, int64_t axis);

/// Softmax over several axes at once.
MaybeValue softmaxOver(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes);
/// x over the root of the sum of its squares along axes, which is not less than `least`.
MaybeValue unitNormalized(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes,
                          double least = 1e-12);

/// Scores of a softmax: 1e9 less where the mask does not hold; -1e9 itself when `isRobust`.
MaybeValue keepVisible(NodeBuilder &build, MaybeValue mask, MaybeValue scores, bool isRobust);

/// Truth values [queries, keys]: whether a place is seen, which those behind it are not.
MaybeValue causalMask(NodeBuilder &build, int64_t queries, int64_t keys);

} // namespace tandem::keras
