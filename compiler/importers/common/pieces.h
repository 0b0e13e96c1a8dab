#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// `size` elements of a dimension from `begin` on, every `stride`-th.
MaybeValue sliceAlong(NodeBuilder &build, MaybeValue value, int64_t axis, int64_t begin,
                      int64_t size, int64_t stride = 1);

/// Parts of these sizes, one behind the other from the beginning of a dimension on.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
splitAlong(NodeBuilder &build, MaybeValue value, int64_t axis, llvm::ArrayRef<int64_t> sizes);

/// Tensors side by side; one alone is itself.
MaybeValue concatAlong(NodeBuilder &build, llvm::ArrayRef<mlir::Value> parts, int64_t axis);
/// The same of what a file has as weights, and of small numbers: one constant where all are
/// constants. For what else the model says itself concatAlong() is: a chain of it would double.
MaybeValue concatWeights(NodeBuilder &build, llvm::ArrayRef<mlir::Value> parts, int64_t axis = 0);

/// The entries of a dimension moved on by `shift`; those that fall off come in at the other end.
MaybeValue rolled(NodeBuilder &build, MaybeValue value, int64_t axis, int64_t shift);

/// The sizes of parts of a dimension, of which one may be -1: whatever is left. Nothing where they
/// are not what the dimension has.
std::optional<llvm::SmallVector<int64_t>> partSizes(llvm::ArrayRef<int64_t> given, int64_t extent);

/// The entries of a dimension at these places, in this order: runs of equal distance are slices,
/// side by side, which fold well and move whole blocks. Where these would be many it is a gather.
MaybeValue pickAlong(NodeBuilder &build, MaybeValue value, int64_t axis,
                     llvm::ArrayRef<int64_t> places);

} // namespace tandem
