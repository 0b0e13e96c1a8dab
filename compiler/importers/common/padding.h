#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// How a dimension goes on outside, with its own elements: mirrored at its ends (which are not
/// repeated), with the element at the end, or from its other end.
enum class Continuation { kReflect, kEdge, kWrap };

/// A constant around a tensor; where an entry is negative so much is cut off.
MaybeValue padOrCrop(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> low,
                     llvm::ArrayRef<int64_t> high, double value);
/// The same with its own elements around.
MaybeValue padWithin(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> low,
                     llvm::ArrayRef<int64_t> high, Continuation how);
/// `gap` elements of a value between any two of a dimension.
MaybeValue spreadAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t gap, double value);

} // namespace tandem
