#pragma once

#include "compiler/backend/backend.h"

#include "llvm/ADT/DenseSet.h"

namespace tandem::cpu {

/// Values of f32 between ops of the region that may be stored in 16 bits, as bf16 or f16: what
/// products, and ops that only pass numbers on between them, make and read. What the region gives
/// to others stays f32.
llvm::DenseSet<mlir::Value> valuesIn16Bits(const Region &region);

} // namespace tandem::cpu
