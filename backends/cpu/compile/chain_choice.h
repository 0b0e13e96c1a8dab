#pragma once

#include "backends/cpu/compile/expression.h"
#include "compiler/backend/backend.h"

#include "llvm/ADT/DenseMap.h"

namespace tandem::cpu {

using ElementCodeOf = std::function<ElementCode(mlir::Operation *)>;

/// Of ops on single elements the last one of the chain that they belong to: all results but its own
/// are read by ops of the chain only, and have its shape. The last one may be an op that reads each
/// element once (ElementCode::readsOnce). What such a chain and others read is computed by each of
/// them, where it is cheap: the last one is that of the last chain then. Ops that are alone are not
/// in it.
using Chains = llvm::DenseMap<mlir::Operation *, mlir::Operation *>;

/// All chains of the region: each is as long as it can be.
Chains chooseChains(const Region &region, const ElementCodeOf &elementCode);

/// The f32 that a tensor of one element is, if it is constant.
std::optional<float> constantNumber(mlir::Value value);

} // namespace tandem::cpu
