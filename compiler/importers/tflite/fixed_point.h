#pragma once

#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/tflite/node.h"

#include "base/quantized_math.h"

namespace tandem::tflite {

// Recurrent layers of codes are computed on whole numbers of i64, step by step as LiteRT's kernels
// have it, so that results are theirs bit for bit: a state that is a step off goes on being so.
// Each function is failed when an operand is.

/// A constant of codes around 0, as whole numbers.
struct CodesConstant {
  llvm::SmallVector<int64_t> codes;
  llvm::SmallVector<int64_t> shape;
  float scale = 1;
};
/// An input of that type and shape (-1: any size): `type` with one scale, or i32 with or without.
mlir::FailureOr<CodesConstant> constantCodes(Node &node, size_t index, ElementType type,
                                             llvm::ArrayRef<int64_t> expected);

/// The scale and the zero point of codes of that type; refuses all else. `what` names them.
struct OneScale {
  float scale = 1;
  int32_t zeroPoint = 0;
};
mlir::FailureOr<OneScale> oneScale(Node &node, mlir::Type type, ElementType expected,
                                   llvm::StringRef what);

/// Codes less their zero point, as whole numbers of f32, and back. `steps`: of any type.
MaybeValue stepsOfCodes(NodeBuilder &build, MaybeValue codes);
MaybeValue codesOfSteps(NodeBuilder &build, MaybeValue steps, mlir::Type type);

/// A constant of i64.
MaybeValue wholeConstant(NodeBuilder &build, llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<int64_t> values);
/// Whole numbers of any type as i64.
MaybeValue whole(NodeBuilder &build, MaybeValue x);

/// Weights [M, K] of 8 bits as f32, in parts of so many columns that sums of products are exact.
using WholeMatrix = llvm::SmallVector<MaybeValue, 1>;
WholeMatrix wholeMatrix(NodeBuilder &build, const CodesConstant &weights);
/// Rows [N, K] of f32, which are codes of 8 bits less a zero point, times weights: i64.
MaybeValue wholeProduct(NodeBuilder &build, MaybeValue rows, const WholeMatrix &weights);

/// x / 2^places, half away from zero; x >> places.
MaybeValue roundingShift(NodeBuilder &build, MaybeValue x, int64_t places);
MaybeValue shiftedRight(NodeBuilder &build, MaybeValue x, int64_t places);
/// round(a * b / 2^31), half up: gemmlowp's SaturatingRoundingDoublingHighMul.
MaybeValue highProduct(NodeBuilder &build, MaybeValue a, MaybeValue b);
/// x times multipliers: one for all, or one for each entry of the last dimension.
MaybeValue rescaled(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<FixedMultiplier> by);
/// x held within [low, high], and within what a type of codes has.
MaybeValue heldWithin(NodeBuilder &build, MaybeValue x, int64_t low, int64_t high);
MaybeValue heldWithin(NodeBuilder &build, MaybeValue x, ElementType type);

/// The results of a function for all numbers of 16 bits, and those that it has for `x`, which is
/// held within 16 bits.
MaybeValue tableOf(NodeBuilder &build, llvm::function_ref<int16_t(int16_t)> function);
MaybeValue lookedUp(NodeBuilder &build, MaybeValue x, MaybeValue table);

/// Rows of numbers of 16 bits, [rows, size], less their mean and over their deviation, with factors
/// of 16 bits and offsets, [1, size].
struct WholeNormalization {
  MaybeValue factors = mlir::Value(), offsets = mlir::Value(); ///< null: nothing is normalized
  FixedMultiplier ofFactors;                                   ///< of what comes out
  int64_t leastVariance = 1;                                   ///< stands for a variance of 0
};
MaybeValue normalizedInWhole(NodeBuilder &build, MaybeValue x, const WholeNormalization &by);

} // namespace tandem::tflite
