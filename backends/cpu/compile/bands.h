#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// A stem or 1×1 convolution, the depthwise one behind it and the 1×1 convolution behind that, or
/// two of them, as one step: a few rows of each at a time, what is between them in rings that stay
/// in the cache. `op` is the first. Returns false, and plans no step, where that does not apply or
/// does not pay.
bool planBands(mlir::Operation *op, Plan &plan);

} // namespace tandem::cpu
