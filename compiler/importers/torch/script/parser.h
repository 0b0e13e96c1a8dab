#pragma once

#include "compiler/importers/torch/script/syntax.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tandem::torch::script {

/// Reads a file of TorchScript's code: the subset of Python that torch.jit.save prints. Errors are
/// "code/__torch__.py line 3: ..." with the path that is given.
llvm::Expected<SourceFile> parse(llvm::StringRef path, llvm::StringRef code);

} // namespace tandem::torch::script
