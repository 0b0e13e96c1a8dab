#pragma once

#include "mlir/IR/Operation.h"

#include <cstdint>
#include <string>

namespace tandem::graph {

/// Multiply-accumulates of a convolution or matrix product, taps in the padding counted; 0 for
/// others.
uint64_t macCount(mlir::Operation *op);
/// Elements of the results.
uint64_t resultElements(mlir::Operation *op);
/// The name that the op has in the source model, from its location; empty when it has none.
std::string nodeName(mlir::Operation *op);
std::string nodeName(mlir::Location location);

} // namespace tandem::graph
