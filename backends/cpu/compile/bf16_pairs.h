#pragma once

#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/schedule.h"

namespace tandem::cpu {

// Products of floats by pairs of bf16: two channels of a pixel, and their weights, in 32 bits each.

/// Whether products by this filter with so many channels for each tap are to be made of pairs: the
/// user asks for it, the filter is constant, and the channels of each group come in pairs, or are
/// few and all that there are, so that a zero is put behind them.
bool takesPairs(mlir::Value filter, int64_t channels, int64_t groups, const Plan &plan);
inline int64_t pairedChannels(int64_t channels) {
  return (channels + 1) / 2 * 2;
}

/// Packs weights as pairs: [group][out / 16][taps][paired channels / 2][16]. `at(group, out,
/// depth)` is one, of taps * channels elements of the sum.
TypedBuffer
planPairedWeights(int64_t groups, int64_t out, int64_t taps, int64_t channels,
                  llvm::function_ref<float(int64_t group, int64_t out, int64_t depth)> at,
                  Plan &plan);
/// The same of a constant filter, [group][out][taps][channels].
TypedBuffer planPairedFilter(mlir::Value filter, int64_t groups, int64_t out, int64_t taps,
                             int64_t channels, Plan &plan);

/// A step that rounds reals to Plan::narrowElement(), to bf16 with a zero behind the channels of
/// each pixel if their number is odd.
TypedBuffer planRounding(TypedBuffer reals, int64_t channels, Plan &plan);

/// Without an instruction for them the two halves of a weight, and of an activation.
ProductRegisters registersOfPairs(const codegen::Isa &isa);

} // namespace tandem::cpu
