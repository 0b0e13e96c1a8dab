#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/row_range.h"

namespace tandem::cpu {

/// What follows is fused.
void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The same with a filter of 8-bit codes, where their sums are exact in f32.
bool sumsOfCodesAreExact(const ConvShape &shape);
void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan);

/// Their code, whose buffers are added; what prepares them are steps.
RowsCode depthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan, Buffers &buffers);
RowsCode depthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan, Buffers &buffers);

/// The input, whose pixels are `step` apart, with every channel as often as there are output
/// channels of it. The shape and the step are then those of a convolution with one.
TypedBuffer planChannels(TypedBuffer input, int64_t &step, ConvShape &shape, Plan &plan);

} // namespace tandem::cpu
