#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// What follows is fused.
void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The same with a filter of 8-bit codes, where their sums are exact in f32.
bool sumsOfCodesAreExact(const ConvShape &shape);
void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The input with every channel as often as there are output channels of it. The shape is then that
/// of a convolution with one.
TypedBuffer planChannels(TypedBuffer input, ConvShape &shape, Plan &plan);

} // namespace tandem::cpu
