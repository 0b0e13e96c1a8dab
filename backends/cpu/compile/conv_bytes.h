#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/row_range.h"

namespace tandem::cpu {

/// Whether the products are byte products: weights less their zero points are signed bytes, or a
/// matrix product's, which are bytes less a number that is the same for each output. The sums of
/// the rows of the input times those are added then.
bool areByteProducts(mlir::Operation *op, const ConvShape &shape, int64_t groups,
                     llvm::ArrayRef<int32_t> weights);

/// The zero point of 8-bit codes as unsigned bytes, which signed ones are 128 below.
int32_t unsignedZeroPoint(mlir::Value codes);

/// Adds the steps of `groups` convolutions or matrix products of 8-bit codes by byte products: four
/// channels at a time of the input's codes, which are unsigned there, by `weights`, of
/// areByteProducts() and as centredFilter() gives them. What the zero point adds to every sum is
/// known, and taken off the bias.
void planConvBytes(const ConvShape &shape, int64_t groups, mlir::Operation *op,
                   graph::Activation activation, llvm::ArrayRef<int32_t> weights, Plan &plan);
/// Its code, whose buffers are added; what prepares them are steps.
RowsCode convBytes(const ConvShape &shape, int64_t groups, mlir::Operation *op,
                   graph::Activation activation, llvm::ArrayRef<int32_t> weights, Plan &plan,
                   Buffers &buffers);
/// Whether all weights of a constant filter but a few are bytes less their zero points: then sums
/// depend on the window only.
bool areMostlyBytes(mlir::Value filter);

} // namespace tandem::cpu
