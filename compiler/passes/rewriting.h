#pragma once

// Shared by the passes; not for use outside this folder.

#include "compiler/graph/graph.h"
#include "compiler/passes/passes.h"

#include "mlir/IR/PatternMatch.h"

namespace tandem {

constexpr int kBatch = 0, kHeight = 1, kWidth = 2, kChannel = 3; // NHWC

/// Applies `patterns` and all folders until nothing changes. Patterns must make progress by
/// themselves: there is no limit on the number of rounds.
void rewriteGreedily(mlir::func::FuncOp function, mlir::RewritePatternSet &&patterns);

/// The canonicalizations of every graph op.
void addCanonicalizations(mlir::RewritePatternSet &patterns);

} // namespace tandem
