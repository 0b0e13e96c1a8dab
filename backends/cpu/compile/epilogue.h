#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// Finished sums of pixels one behind another.
struct SumBlock {
  llvm::ArrayRef<mlir::Value> sums;
  int64_t pixels;
  int64_t lanes;     ///< of a pixel: whole vectors, or half of one
  int64_t valid;     ///< of these
  int64_t pixelStep; ///< from pixel to pixel in the output
};

/// What comes before and after the sums of products of a convolution or matrix product, in vectors
/// of channels. Plain data inside, as in a codegen::Kernel.
struct Epilogue {
  /// The sum before the first product, for channels from `channel` on.
  std::function<mlir::Value(codegen::KernelBuilder &k, mlir::Value channel)> initial;
  /// Stores the first `valid` lanes of a finished sum at `index` of the output.
  std::function<void(codegen::KernelBuilder &k, mlir::Value sum, mlir::Value index,
                     mlir::Value channel, int64_t valid)>
      finish;
  /// The same of up to four vectors together; where byte products are an instruction
  /// (packSaturated). May be missing.
  std::function<void(codegen::KernelBuilder &k, const SumBlock &block, mlir::Value index,
                     mlir::Value channel)>
      finishBlock = nullptr;
  /// Of the result, from pixel to pixel: what `index` counts in.
  int64_t pixelStep = 0;
  /// Of dozens of instructions: a loop over several sums (finishAll) takes less code.
  bool isLong = false;
};

/// Finishes sums of the same channels, each at its index of the output.
void finishAll(codegen::KernelBuilder &k, const Epilogue &epilogue,
               llvm::ArrayRef<mlir::Value> sums, llvm::ArrayRef<mlir::Value> indices,
               mlir::Value channel, int64_t valid);

/// Of sums in f32: bias, activation, and what follows `op` and can be fused. Operand 2 of `op` is
/// the bias, if it has one.
Epilogue floatEpilogue(mlir::Operation *op, graph::Activation activation, Plan &plan,
                       Buffers &buffers);
/// The same where every element of the result is written once, as soon as its operands of the tail
/// are read: it may have the memory of one of them.
Epilogue floatEpilogueInPlace(mlir::Operation *op, graph::Activation activation, Plan &plan,
                              Buffers &buffers);
/// The same with a tail that was taken, into a buffer of the kernel.
Epilogue floatEpilogue(mlir::Operation *op, const Tail &tail, unsigned output, Buffers &buffers);

/// The first lanes of a vector: as many as `type` has.
mlir::Value firstLanes(codegen::KernelBuilder &k, mlir::Value vector, mlir::VectorType type);

} // namespace tandem::cpu
