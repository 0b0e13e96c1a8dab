#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace tandem {

/// How long what a file says may be in a message: a value, a name, and a phrase with such in it.
inline constexpr size_t kMostOfValue = 60, kMostOfName = 80, kMostOfPhrase = 240;

/// Text from a file for a message, of which the middle goes where it is longer than `most` bytes:
/// nested names differ at their ends.
std::string excerpt(llvm::StringRef text, size_t most);

} // namespace tandem
