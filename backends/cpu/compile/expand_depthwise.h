#pragma once

#include "backends/cpu/compile/epilogue.h"

namespace tandem::cpu {

/// A 1×1 convolution in f32 and the depthwise one behind it as one step, where what is between them
/// would be too large for the second cache: a few rows of some channels at a time are made, and
/// read while they are near. Returns false, and plans no step, where it does not apply.
bool planExpandDepthwise(graph::Conv2dOp conv, Plan &plan);

} // namespace tandem::cpu
