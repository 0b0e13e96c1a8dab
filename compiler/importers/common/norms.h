#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// The vector norm over `axes` (ascending) of any order: 0 counts what is not 0, infinity takes the
/// largest magnitude, minus infinity the smallest.
MaybeValue normOver(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes, bool keepDims,
                    double order);
/// log(exp(a) + exp(b)), which does not overflow, also of equal infinities.
MaybeValue logAddExp(NodeBuilder &build, MaybeValue a, MaybeValue b);

} // namespace tandem
