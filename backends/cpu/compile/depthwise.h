#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// One output channel per input channel; what follows is fused.
void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The same with a filter of 8-bit codes, where their sums are exact in f32.
bool sumsOfCodesAreExact(const ConvShape &shape);
void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan);

} // namespace tandem::cpu
