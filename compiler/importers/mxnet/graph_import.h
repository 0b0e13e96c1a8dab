#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/mxnet/parameters.h"
#include "compiler/importers/mxnet/symbol.h"

namespace tandem::mxnet {

/// Turns a symbol and its parameters into a module. Errors as Importer::import.
///
/// An input of the model is a variable that has no parameters and is not a label of a loss. Its
/// shape is the options' or its '__shape__'. Results are called as MXNet's list_outputs() does:
/// "softmax_output", "split_output1".
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> importSymbol(const Symbol &symbol,
                                                               const Parameters &parameters,
                                                               const ImportOptions &options,
                                                               mlir::MLIRContext &context);

} // namespace tandem::mxnet
