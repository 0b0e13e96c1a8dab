#pragma once

#include "backends/cpu/compile/handlers.h"

namespace tandem::cpu {

/// TFLite's integer arithmetic on 8-bit codes; the result is in steps of 1/128.
Support supportsQuantizedL2Normalization(mlir::Operation *op);
void planQuantizedL2Normalization(graph::L2NormalizationOp op, Plan &plan);

} // namespace tandem::cpu
