#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

// Products of f16 where they are an instruction (Isa::f16Arithmetic): of factors in f16, summed in
// f16 as long as few are added up, and from there on in f32.

/// So many products at most are added up in f16. Each addition rounds by at most 2^-11 of what the
/// magnitudes of these products add up to: a sum is off by at most 2^-11 times this of what those
/// of all its products do, and commonly by about the root of it.
constexpr int64_t kMostF16Sums = 64;

/// A vector of f16 with the lanes of one of f32, and one that is all zero.
mlir::VectorType typeOfF16(codegen::KernelBuilder &k);
mlir::Value zeroF16(codegen::KernelBuilder &k);
/// f32 `sum` and products that were added up in f16.
mlir::Value plusF16(codegen::KernelBuilder &k, mlir::Value sum, mlir::Value products);

/// How `products` are divided into runs that are added up in f16: all of one length, but for the
/// last, and of whole vectors of activations.
struct F16Runs {
  int64_t length, whole; ///< `whole`: products of all runs of that length

  F16Runs(int64_t products, int64_t activationsPerLoad);
};

} // namespace tandem::cpu
