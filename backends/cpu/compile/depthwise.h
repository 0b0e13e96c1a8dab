#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// What follows is fused.
void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The same with a filter of 8-bit codes, where their sums are exact in f32.
bool sumsOfCodesAreExact(const ConvShape &shape);
void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The input, whose pixels are `step` apart, with every channel as often as there are output
/// channels of it. The shape and the step are then those of a convolution with one.
TypedBuffer planChannels(TypedBuffer input, int64_t &step, ConvShape &shape, Plan &plan);

} // namespace tandem::cpu
