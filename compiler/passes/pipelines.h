#pragma once

#include "mlir/Pass/PassManager.h"

namespace tandem {

/// The passes that every imported model goes through, in order, on a pass manager of modules.
void addGraphPipeline(mlir::OpPassManager &modules);

/// Makes the pipeline known as `graph-pipeline`, for tandem-opt.
void registerGraphPipeline();

} // namespace tandem
