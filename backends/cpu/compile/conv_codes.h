#pragma once

#include "backends/cpu/compile/epilogue.h"
#include "backends/cpu/compile/widen.h"

namespace tandem::cpu {

/// Adds the steps of `groups` convolutions or matrix products of 8-bit codes; operands as
/// planConvF32's, filter and bias constant.
void planConvCodes(const ConvShape &shape, int64_t groups, mlir::Operation *op,
                   graph::Activation activation, Plan &plan);

/// The input of codes with its padding around it, as 16-bit numbers less the zero point.
BufferId planWideCodes(mlir::Value input, const Widened &shape, Plan &plan);

/// A filter element by group, output channel of the group, tap and input channel; less its zero
/// point.
using FilterElement =
    std::function<int32_t(int64_t group, int64_t out, int64_t tap, int64_t channel)>;

/// Adds the products of what planWideCodes wrote. `shape` counts padding from the edge of the
/// widened input, so that its own is zero or negative. `buffers` has what the epilogue needs.
void planPairs(const ConvShape &shape, const ConvPlaces::Steps &out, int64_t groups,
               const Widened &padded, BufferId wide, const FilterElement &filter,
               const Epilogue &epilogue, Buffers buffers, Plan &plan);

} // namespace tandem::cpu
