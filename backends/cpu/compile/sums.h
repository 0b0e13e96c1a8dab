#pragma once

#include "backends/cpu/compile/epilogue.h"

namespace tandem::cpu {

/// Of a product of codes that gives its sums (givesSums): what is read after them and can be done
/// in registers. That is what a zero point known at run time only adds to the sums, taken off, and,
/// of reals that these become, what floatEpilogue() has. The sums are of codes less their zero
/// points, but for `missing`, which is added to those of each output channel.
Epilogue sumsEpilogue(mlir::Operation *op, Plan &plan, Buffers &buffers,
                      llvm::ArrayRef<int32_t> missing = {});

} // namespace tandem::cpu
