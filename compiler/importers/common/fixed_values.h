#pragma once

#include "compiler/importers/common/importer.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace tandem {

// What --value says of a model's inputs. MainFunction::create() asks it of every input; an importer
// only of what is none, as a number that TorchScript's code is called with.

/// A constant of the elements that --value gives to `input`: one for all, or each. Null where it
/// gives none. Those of a quantized type are its codes.
llvm::Expected<mlir::Value> fixedValue(const ImportOptions &options, llvm::StringRef input,
                                       mlir::RankedTensorType type, mlir::OpBuilder &builder);

} // namespace tandem
