#pragma once

#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// The result of one element, as stored.
using Map = std::function<mlir::Value(codegen::KernelBuilder &k, mlir::Value element)>;

/// A step that takes every element of `input` through `map`. `buffers` has what the map reads
/// besides.
void planMap(mlir::Value input, mlir::Value result, const Map &map, Buffers buffers, Plan &plan);

} // namespace tandem::cpu
