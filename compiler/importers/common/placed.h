#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Elements put at places that a run computes: every place of a dimension is compared with every
// index, so that the cost is their product, which callers hold below kMostComparisons.

/// What becomes of an element that is there and of those that come to its place.
enum class Meeting { kReplace, kAdd, kMultiply, kLarger, kSmaller };

inline constexpr int64_t kMostComparisons = int64_t(1) << 26;
/// Those of `count` indices with every element of a tensor of this shape.
int64_t comparisonsOf(llvm::ArrayRef<int64_t> shape, int64_t count);

/// Slices of dimension `axis` to where indices [count] say; of those for one place the last one
/// replaces what is there.
MaybeValue placeSlices(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                       int64_t axis, Meeting meeting);
/// Each element to its own place, but with the index along `axis`: `x`, indices and updates have
/// the same other dimensions.
MaybeValue placeElements(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                         int64_t axis, Meeting meeting);

} // namespace tandem
