#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

// Reals in f32, vectors of them or scalars, that a buffer may hold in 16 bits: as f16, or as bf16,
// f32 without the last 16 bits of its mantissa. Elements of other types are as they are.

/// `type` is of f32.
mlir::Value loadReals(codegen::KernelBuilder &k, mlir::VectorType type, mlir::Value buffer,
                      mlir::Value index);
mlir::Value loadReal(codegen::KernelBuilder &k, mlir::Value buffer, mlir::Value index);
/// The first `count` lanes only.
void storeReals(codegen::KernelBuilder &k, mlir::Value value, mlir::Value buffer, mlir::Value index,
                int64_t count);
void storeReal(codegen::KernelBuilder &k, mlir::Value value, mlir::Value buffer, mlir::Value index);

/// f32 of what is stored in 16 bits; other types are left alone.
mlir::Value widenReals(codegen::KernelBuilder &k, mlir::Value stored);
/// As floatToBfloat(), but what is subnormal may become zero.
mlir::Value roundToBf16(codegen::KernelBuilder &k, mlir::Value reals);

/// Lanes of f32 `acc` plus the two products of the pairs of bf16 in the 32-bit lanes of each. By
/// f32 where that is no instruction: the products are exact there, too.
mlir::Value bf16Dot(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b, mlir::Value acc);

} // namespace tandem::cpu
