#pragma once

#include "base/quantized_math.h"
#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// A FixedMultiplier in a kernel: i32 scalars or vectors of one type.
struct MultiplierCode {
  mlir::Value multiplier;
  mlir::Value left;  ///< null where nothing is shifted left
  mlir::Value right; ///< amount, not negative
};
/// The same for all lanes; `like` gives the type.
MultiplierCode multiplierConstant(codegen::KernelBuilder &k, FixedMultiplier by, mlir::Type like);

// base/quantized_math.h's functions as code, exact.

/// Not for two of INT32_MIN.
mlir::Value roundingDoublingHighMul(codegen::KernelBuilder &k, mlir::Value x,
                                    mlir::Value multiplier);
/// Of integers of any width, which holds 2^exponent.
mlir::Value roundingDivideByPowerOfTwo(codegen::KernelBuilder &k, mlir::Value x,
                                       mlir::Value exponent);

mlir::Value multiplyRoundingTwice(codegen::KernelBuilder &k, mlir::Value x,
                                  const MultiplierCode &by);
/// The same in fewer steps, for vectors with |x| < 2^30 and lanes that all shift right by 1 to 30.
mlir::Value multiplyRoundingTwiceFused(codegen::KernelBuilder &k, mlir::Value x,
                                       const MultiplierCode &by);
/// `right` is 31 - shift here, 1..62, and `left` is not used.
mlir::Value multiplyRoundingOnce(codegen::KernelBuilder &k, mlir::Value x,
                                 const MultiplierCode &by);

/// `value + zeroPoint`, clamped.
mlir::Value toCodes(codegen::KernelBuilder &k, mlir::Value value, int32_t zeroPoint,
                    CodeRange range);

} // namespace tandem::cpu
