#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// A run of byte products of several pixels with vectors of four channels, four bytes a product.
struct ByteMatrixRun {
  int64_t vectors;
  int64_t products; ///< an even number
  /// The eight bytes of two products of the pixel, from product `i` on.
  std::function<mlir::Value(mlir::Value i, size_t pixel)> bytes;
  /// The weights of product `i`: four channels of 32 bits.
  std::function<mlir::Value(mlir::Value i, int64_t vector)> weights;
};

/// Adds them to the sums, [pixel][vector] of four channels each. Two pixels at a time are
/// multiplied as matrices (usmmla of Armv8.6), one that is left over by dot products.
codegen::KernelBuilder::Values addByteMatrices(codegen::KernelBuilder &k, const ByteMatrixRun &run,
                                               codegen::KernelBuilder::Values sums);

} // namespace tandem::cpu
