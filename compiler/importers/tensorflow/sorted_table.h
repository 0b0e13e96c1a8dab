#pragma once

#include "llvm/Support/Error.h"

#include <map>
#include <string>
#include <string_view>

namespace tandem::tensorflow {

/// Keys and values of a sorted-string table, the values in the file's own bytes.
using SortedTable = std::map<std::string, std::string_view, std::less<>>;

/// Reads a whole table: blocks of entries whose keys leave out what they share with the key before
/// them, an index block, a footer of 48 bytes (LevelDB's format). Checksums are checked.
/// Errors: bytes that are no table; a compressed block; keys that take more memory than any
/// model's.
llvm::Expected<SortedTable> readSortedTable(std::string_view file);

} // namespace tandem::tensorflow
