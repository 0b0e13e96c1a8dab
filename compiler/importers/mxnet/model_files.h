#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace tandem::mxnet {

// A model is two files beside each other: "name-symbol.json" has the operators, "name-0000.params"
// the parameters, with the number of the epoch in the place of 0000. "name.json" and "name.params"
// are taken too.

/// The parameters that belong to a symbol's file. An error says what was looked for; with several
/// epochs there it asks for one of them by name.
llvm::Expected<std::string> parametersBeside(llvm::StringRef symbolPath);

/// The symbol that belongs to a file of parameters.
llvm::Expected<std::string> symbolBeside(llvm::StringRef parametersPath);

} // namespace tandem::mxnet
