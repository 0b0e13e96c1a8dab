#pragma once

#include "mlir/IR/Value.h"

namespace tandem::torch {

/// Whether values are computed of constants alone: they do not change from run to run.
bool areOfConstants(llvm::ArrayRef<mlir::Value> values);

} // namespace tandem::torch
