#pragma once

// Shared by the passes; not for use outside this folder.

#include "compiler/graph/graph.h"
#include "compiler/passes/passes.h"

#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace tandem {

constexpr int kBatch = 0, kHeight = 1, kWidth = 2, kChannel = 3; // NHWC

/// Applies `patterns` and all folders until nothing changes, or far more was rewritten than any
/// model takes.
void rewriteGreedily(mlir::func::FuncOp function, mlir::RewritePatternSet &&patterns);

/// The canonicalizations of every graph op.
void addCanonicalizations(mlir::RewritePatternSet &patterns);

/// The number that every element of an f32 constant is; nothing for other values.
std::optional<double> numberEverywhere(mlir::Value value);

} // namespace tandem
