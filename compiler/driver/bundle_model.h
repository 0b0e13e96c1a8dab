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

/// The manifest entry of a region; `artifact` is a blob's index.
bundle::RegionT describeRegion(const Region &region, const Backend &backend, uint32_t artifact);
/// The manifest entry of a compiled model, but for its origin and its weights' blob.
bundle::ModelT describeModel(mlir::func::FuncOp function, ModelBuilder &builder,
                             const MemoryPlan &plan, std::vector<bundle::RegionT> regions);

} // namespace tandem
