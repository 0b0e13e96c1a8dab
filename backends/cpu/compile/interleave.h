#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// Elements of two vectors by turns, of the lower or the upper half of each 128 bits of vectors of
/// 64 bytes. KernelBuilder::packSaturated puts back in order what that does.
mlir::Value interleave(codegen::KernelBuilder &k, mlir::Value a, mlir::Value b, bool upper);

} // namespace tandem::cpu
