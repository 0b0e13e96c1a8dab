#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/torch/script/archive.h"

namespace tandem::torch::script {

/// Runs the archive's `forward` on inputs of the shapes that --shape gives or the model was traced
/// with, and makes a module of what it computes. Errors as Importer::import.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importScript(Archive archive, const ImportOptions &options, mlir::MLIRContext &context);

} // namespace tandem::torch::script
