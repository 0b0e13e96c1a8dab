#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace tandem {

/// Elements of float64, at any address, as float32: all that processors of phones have.
std::vector<char> floatsOfDoubles(llvm::ArrayRef<char> doubles);

} // namespace tandem
