#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// The f32 formula of a graph op with one operand; null when there is none. Scalars or vectors.
mlir::Value unaryF32(codegen::KernelBuilder &k, llvm::StringRef name, float alpha, mlir::Value x);
bool hasUnaryF32(llvm::StringRef name);
/// Whether the formula is dozens of instructions: a polynomial.
bool isLongF32(llvm::StringRef name);
/// Whether it takes vectors, too.
bool takesVectorsF32(llvm::StringRef name);

} // namespace tandem::cpu
