#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::graph {

/// Elements of `size` bytes (1, 2, 4 or 8), stored row by row in `shape`, in the order of the
/// transposed tensor: its dimension d is dimension permutation[d] of `shape`. For weights, which
/// importers put into the graph's order as they are read, and folding where it finds them.
std::vector<char> permuted(llvm::ArrayRef<char> elements, size_t size,
                           llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation);

/// Whether the elements stay as they are, since only dimensions of 1 move.
bool movesNothing(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation);

} // namespace tandem::graph
