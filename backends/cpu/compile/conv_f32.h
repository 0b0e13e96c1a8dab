#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// Adds the step of a float convolution: operands 0, 1 and 2 of `op` are input, filter (OHWI, or
/// [N,K]) and perhaps bias. What follows it is fused.
void planConvF32(const ConvShape &shape, mlir::Operation *op, graph::Activation activation,
                 Plan &plan);

} // namespace tandem::cpu
