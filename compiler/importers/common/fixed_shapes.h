#pragma once

#include "compiler/importers/common/importer.h"

#include "llvm/ADT/SmallVector.h"

namespace tandem {

// What --shape says of a model's inputs, held against the model.

/// An error of the options and not of the model, which the driver tells apart by its
/// std::errc::invalid_argument.
llvm::Error optionError(const llvm::Twine &message);

/// Refuses a shape or a value (--value) that is given for none of these inputs.
llvm::Error checkFixedNames(const ImportOptions &options, llvm::ArrayRef<std::string> inputs);

/// The dimensions of an input: those that the options fix, else the model's own, negative where
/// open. A rank or a size that the model has otherwise is refused; `subject` begins the message, as
/// in "input 'x'".
llvm::Expected<llvm::SmallVector<int64_t>> fixShape(const ImportOptions &options,
                                                    llvm::StringRef input, llvm::StringRef subject,
                                                    llvm::ArrayRef<int64_t> dims);

/// "dimension 0 of ?x3x224x224 is open (batch), fix it with --shape x=DIMS". An open dimension is
/// negative; `symbol` is its name in the model, if it has one.
std::string openDimension(llvm::StringRef input, llvm::ArrayRef<int64_t> dims, size_t index,
                          llvm::StringRef symbol = "");

} // namespace tandem
