#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// Adds the steps of a convolution or matrix product of 8-bit codes; operands as planConvF32's.
void planConvCodes(const ConvShape &shape, mlir::Operation *op, graph::Activation activation,
                   Plan &plan);

} // namespace tandem::cpu
