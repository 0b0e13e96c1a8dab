#pragma once

#include "backends/cpu/compile/epilogue.h"
#include "backends/cpu/compile/widen.h"

namespace tandem::cpu {

// Products of an f32 input and a filter of 8-bit codes: each entry of the batch is quantized by its
// own range while the model runs, products are those of codes, and their sums are scaled back.

/// Whether the input of a product is f32 and the filter codes.
bool isHybrid(mlir::Operation *op);
Support supportsHybrid(mlir::Operation *op);

/// The input of an op, quantized: written by the steps of planHybridInput.
struct HybridInput {
  BufferId codes;  ///< as planWiden writes them: less their zero points, or 128 more, unsigned
  BufferId scales; ///< what each entry was quantized by
  int64_t entries;

  codegen::BufferType scalesType() const;
};
/// The entries of the batch may lie side by side in one row of `shape`. Codes of 16 bits are less
/// their zero points; those of u8 are not.
HybridInput planHybridInput(mlir::Operation *op, Widened shape, ElementType element, Plan &plan);

/// From sums of products of codes (i32) to the result, which then goes on as a float's. Of codes
/// that are not less their zero point `missing` times that is added to the sums of each output
/// channel.
Epilogue hybridEpilogue(mlir::Operation *op, graph::Activation activation, const HybridInput &input,
                        Plan &plan, Buffers &buffers, llvm::ArrayRef<int32_t> missing = {});

} // namespace tandem::cpu
