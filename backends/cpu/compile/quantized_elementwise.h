#pragma once

#include "backends/cpu/compile/handlers.h"

namespace tandem::cpu {

/// 8-bit codes through a table of 256 results.
Support supportsQuantizedUnary(mlir::Operation *op);
void planQuantizedUnary(mlir::Operation *op, Plan &plan);

/// TFLite's integer arithmetic on two 8-bit operands.
Support supportsQuantizedBinary(mlir::Operation *op);
void planQuantizedBinary(mlir::Operation *op, Plan &plan);

} // namespace tandem::cpu
