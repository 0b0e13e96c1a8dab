#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

// Divisions of scalars as the graph dialect has them. Of integers: x / 0 is 0 and x mod 0 is x, the
// lowest over -1 wraps.

/// Toward zero.
mlir::Value quotient(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b);
/// Toward the lower integer.
mlir::Value floorQuotient(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b);
/// The remainder of that, which has the sign of the divisor.
mlir::Value floorRemainder(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b);

/// The same in f32; the remainder is exact but for the addition that brings it to the divisor's
/// side.
mlir::Value floorQuotientF32(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b);
mlir::Value floorRemainderF32(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b);

} // namespace tandem::cpu
