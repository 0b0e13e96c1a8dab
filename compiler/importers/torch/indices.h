#pragma once

#include "compiler/importers/torch/node.h"

namespace tandem::torch {

/// Indices of several dimensions, which broadcast to `shape`, as the places that gatherNd and
/// scatterNd take.
MaybeValue joinedIndices(AtenNode &node, mlir::ValueRange indices, llvm::ArrayRef<int64_t> shape);

} // namespace tandem::torch
