#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace tandem::torch::script {

/// A word of TorchScript's code. `text` looks into the code; a string's has its quotes and escapes.
struct Token {
  enum Kind { kName, kInteger, kReal, kString, kSymbol, kNewline, kIndent, kDedent, kEnd };
  Kind kind;
  llvm::StringRef text;
  int line; ///< from 1
};

/// Cuts code into its words. A line's depth becomes kIndent and kDedent, but inside of brackets,
/// where lines go on. `code` must outlive the tokens; kEnd is the last one. Errors begin "line 3:
/// ".
llvm::Expected<std::vector<Token>> tokenize(llvm::StringRef code);

/// The characters that a string stands for; nothing when an escape is not one that is written.
std::optional<std::string> unquoted(llvm::StringRef text);

} // namespace tandem::torch::script
