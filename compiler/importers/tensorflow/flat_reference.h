#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <optional>

namespace tandem::tensorflow {

// Of the files that make graphs flat: what nodes say about their inputs.

/// An input of a node: "node", "node:1", or "node:output:1" in functions.
struct Reference {
  llvm::StringRef node, output; ///< `output`: the name that functions give it, or ""
  int index = 0;
};

/// Nothing where the text is no reference.
std::optional<Reference> parseReference(llvm::StringRef text);

/// An error that names the node.
llvm::Error nodeError(llvm::StringRef node, const llvm::Twine &what);

/// Sends its input to one of several sides.
bool isSwitch(llvm::StringRef op);

} // namespace tandem::tensorflow
