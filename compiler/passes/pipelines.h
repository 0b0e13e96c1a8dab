#pragma once

#include "mlir/Pass/PassManager.h"

#include <memory>

namespace tandem {

/// The passes that every imported model goes through, in order, on a pass manager of modules.
/// `evaluateConstants` runs ops of constants alone, for whoever can run any; null: they stay.
void addGraphPipeline(mlir::OpPassManager &modules,
                      std::unique_ptr<mlir::Pass> evaluateConstants = nullptr);

/// Makes the pipeline known as `graph-pipeline`, for tandem-opt.
void registerGraphPipeline();

} // namespace tandem
