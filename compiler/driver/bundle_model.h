#pragma once

#include "bundle/writer.h"
#include "compiler/backend/memory_plan.h"
#include "compiler/backend/model_builder.h"
#include "compiler/partition/partition.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace tandem {

/// The names of the model's inputs (or results) as the importer left them on the function.
std::vector<std::string> inputNames(mlir::func::FuncOp function);
std::vector<std::string> outputNames(mlir::func::FuncOp function);

/// The manifest entry of a compiled model. `artifacts` are blob indices by region.
bundle::ModelT describeModel(mlir::func::FuncOp function, const Partition &partition,
                             ModelBuilder &builder, const MemoryPlan &plan,
                             const std::vector<uint32_t> &artifacts);

} // namespace tandem
