#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/torch/stored_tensor.h"

namespace tandem::torch::script {

/// What a constant takes: one element where all are equal.
uint64_t bytesOf(graph::ConstantOp constant);
/// The one number that a constant holds; nothing when it is no constant, or has several.
std::optional<double> onlyNumber(mlir::Value constant);
std::optional<double> onlyNumber(const StoredTensor &stored);

} // namespace tandem::torch::script
