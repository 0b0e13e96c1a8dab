#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// `x` to the power of `y` in f32, scalars, as C's powf has it for every sign, zero, infinity and
/// NaN; within one unit in the last place. Computed in f64, so that no error of the logarithm
/// counts.
mlir::Value powF32(codegen::KernelBuilder &k, mlir::Value x, mlir::Value y);

} // namespace tandem::cpu
