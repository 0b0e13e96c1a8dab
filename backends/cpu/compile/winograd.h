#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// Plans a float convolution by Winograd's F(2×2, 3×3) or F(4×4, 3×3) where one of them is expected
/// to be faster than direct multiplication, and exact enough; says whether it did.
bool planWinograd(graph::Conv2dOp conv, Plan &plan);

} // namespace tandem::cpu
