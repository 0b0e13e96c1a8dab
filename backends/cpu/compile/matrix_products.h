#pragma once

#include "backends/cpu/compile/schedule.h"
#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// A run of products of several pixels with vectors of four channels, a product being of 32 bits of
/// each: four bytes, or two numbers of bf16.
struct MatrixRun {
  int64_t vectors;
  int64_t products; ///< an even number
  /// The words of `count` products of the pixel, from product `i` on: lanes of 32 bits.
  std::function<mlir::Value(mlir::Value i, size_t pixel, int64_t count)> words;
  /// The weights of product `i`: four channels of 32 bits.
  std::function<mlir::Value(mlir::Value i, int64_t vector)> weights;
  /// One product, as ConvBody::product.
  std::function<mlir::Value(mlir::Value word, mlir::Value weight, mlir::Value acc)> product;
};

/// What they take: the words of pixels are on their way to matrices.
inline ProductRegisters registersOfMatrices() {
  return {.perWeight = 2, .others = 6, .ofMatrices = true};
}

/// Adds them to the sums, [pixel][vector] of four channels each. Two pixels at a time are
/// multiplied as matrices (usmmla, bfmmla of Armv8.6), one that is left over by dot products.
codegen::KernelBuilder::Values addMatrixProducts(codegen::KernelBuilder &k, const MatrixRun &run,
                                                 codegen::KernelBuilder::Values sums);

} // namespace tandem::cpu
