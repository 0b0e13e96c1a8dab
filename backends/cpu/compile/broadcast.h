#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// The result's element as stored, from one of each operand as stored.
using Combine =
    std::function<mlir::Value(codegen::KernelBuilder &k, llvm::ArrayRef<mlir::Value> elements)>;

/// A step for an op whose operands' shapes broadcast to that of its result, as in NumPy.
void planBroadcast(mlir::Operation *op, const Combine &combine, Plan &plan);

} // namespace tandem::cpu
