#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Updates put into a tensor, at places that are known or are computed at run time. A known one
// outside of the tensor is an error, a computed one is left out at run time. Each is failed when an
// operand is.

struct ScatterHow {
  graph::Reduction reduction = graph::Reduction::None;
  bool countsFromBack = true; ///< where an index is negative; else it is outside
  bool leavesOut = false;     ///< known ones outside, too
};

/// The last dimension of the indices names places in the first dimensions of `x`; the others are
/// those of the updates, before what is not named.
MaybeValue scatterNd(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                     ScatterHow how);
/// For each index an update at its own place, but with the index along `axis`.
MaybeValue scatterAlong(NodeBuilder &build, MaybeValue x, MaybeValue indices, MaybeValue updates,
                        int64_t axis, ScatterHow how);

/// Rows of `data` into rows of `empty` by the number of their segment; the numbers' dimensions are
/// the first ones of `data`. Rows of a segment that is not there are left out.
MaybeValue scatterSegments(NodeBuilder &build, MaybeValue data, MaybeValue numbers,
                           MaybeValue empty, graph::Reduction reduction);

/// What gives the other one when it is combined with one: finite, also of reals.
double neutralOf(graph::Reduction reduction, mlir::Type type);
/// Equal elements of any type, as many as NodeBuilder::kMaxFill.
MaybeValue filled(NodeBuilder &build, mlir::Type type, llvm::ArrayRef<int64_t> shape, double value);

} // namespace tandem
