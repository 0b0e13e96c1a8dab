#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// The f32 formula of a graph op with one operand; null when there is none. Scalars or vectors.
mlir::Value unaryF32(codegen::KernelBuilder &k, llvm::StringRef name, float alpha, mlir::Value x);
bool hasUnaryF32(llvm::StringRef name);
/// Whether the formula is dozens of instructions: a polynomial.
bool isLongF32(llvm::StringRef name);
/// e to the power of a number that is at most 0, or NaN: to the last place; what is no normal
/// number is 0. Fewer instructions than the exponential of any number.
mlir::Value expOfAtMostZeroF32(codegen::KernelBuilder &k, mlir::Value exponent);
/// Whether it takes vectors, too.
bool takesVectorsF32(llvm::StringRef name);

} // namespace tandem::cpu
