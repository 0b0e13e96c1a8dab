#pragma once

#include "backends/cpu/compile/epilogue.h"
#include "backends/cpu/compile/handlers.h"

namespace tandem::cpu {

// What the kernels of convolutions, depthwise convolutions and matrix products with a filter of
// 8-bit codes share.

/// Whether the filter of a product is of codes.
bool hasCodes(mlir::Operation *op);

/// Whether a product of codes gives its sums themselves.
bool givesSums(mlir::Operation *op);

/// Whether input, filter, bias and result of a product are what the kernels take: 8-bit codes, or
/// hybrid.
Support supportsProductOfCodes(mlir::Operation *op);

/// From i32 sums of products to the result's codes: TFLite's requantization. They are stored in
/// `result`, or the reals that they stand for, if that is of f32. The sums are of codes less their
/// zero points, but for `missing`, which is added to those of each output channel.
Epilogue codesEpilogue(mlir::Operation *op, graph::Activation activation, mlir::Value result,
                       Buffers &buffers, llvm::ArrayRef<int32_t> missing = {});

/// A constant filter's codes less the zero points of their output channels, which are the first
/// dimension or the last.
std::vector<int32_t> centredFilter(mlir::Value filter, bool channelsLast);

} // namespace tandem::cpu
