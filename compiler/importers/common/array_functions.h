#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Functions of arrays that numpy names, and what follows it. Each is failed when an operand is.

/// Toward zero.
MaybeValue truncated(NodeBuilder &build, MaybeValue x);
MaybeValue cubeRoot(NodeBuilder &build, MaybeValue x);

/// The diagonal (column - row is `offset`) of the matrices that two dimensions are, in a last
/// dimension of its own.
MaybeValue diagonalOf(NodeBuilder &build, MaybeValue x, int64_t offset, int64_t rowAxis,
                      int64_t columnAxis);
/// A square matrix with a vector on that diagonal.
MaybeValue onDiagonal(NodeBuilder &build, MaybeValue vector, int64_t offset);
/// The sum of that diagonal.
MaybeValue traceOf(NodeBuilder &build, MaybeValue x, int64_t offset, int64_t rowAxis,
                   int64_t columnAxis);
/// Zeros above the diagonal of the last two dimensions, or below it.
MaybeValue triangleOf(NodeBuilder &build, MaybeValue x, int64_t offset, bool isLower);

/// The difference of neighbours along a dimension, so many times.
MaybeValue differences(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t times);
/// Turned by so many quarters from one dimension to another.
MaybeValue turned(NodeBuilder &build, MaybeValue x, int64_t quarters, int64_t from, int64_t to);
/// Moved on by shifts along axes; without axes as one row.
MaybeValue rolledAlong(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> shifts,
                       llvm::ArrayRef<int64_t> axes);
/// Dimensions of `source` to the places of `destination`, the others in their order: what a
/// transpose takes. Nothing where they do not fit.
std::optional<llvm::SmallVector<int64_t>>
orderMoving(llvm::ArrayRef<int64_t> source, llvm::ArrayRef<int64_t> destination, int64_t rank);
/// Tensors of at least `least` dimensions, a vector as a row, side by side along `axis` (vectors,
/// of which the least is 1, along the only one).
MaybeValue stackedRows(NodeBuilder &build, llvm::ArrayRef<mlir::Value> parts, int64_t axis,
                       int64_t least);
/// Products summed over dimensions of both sides, those that are left of one behind the other's.
MaybeValue tensorProduct(NodeBuilder &build, MaybeValue left, MaybeValue right,
                         llvm::ArrayRef<int64_t> leftAxes, llvm::ArrayRef<int64_t> rightAxes);

} // namespace tandem
