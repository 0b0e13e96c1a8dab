#pragma once

#include "compiler/importers/torch/node.h"

namespace tandem::torch {

/// callHandler() for a node whose operands are in `environment`. Convolutions and pools take an
/// image alone as well, which goes through their handlers as a batch of one.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
callWithBatch(AtenNode &node, const OpTable::Entry &entry, Environment &environment);

} // namespace tandem::torch
