#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/torch/archive.h"

namespace tandem::torch {

/// Turns an archive that was read into a module; gives its bytes back as they are used. Errors as
/// Importer::import.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importProgram(Archive archive, const ImportOptions &options, mlir::MLIRContext &context);

} // namespace tandem::torch
