#pragma once

#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

ConvShape depthwiseShape(graph::DepthwiseConv2dOp conv);

/// One output channel per input channel; what follows is fused.
void planDepthwiseF32(graph::DepthwiseConv2dOp conv, Plan &plan);

/// The same on 8-bit codes; nothing is fused.
Support supportsDepthwiseCodes(graph::DepthwiseConv2dOp conv);
void planDepthwiseCodes(graph::DepthwiseConv2dOp conv, Plan &plan);

} // namespace tandem::cpu
