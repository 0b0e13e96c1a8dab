#pragma once

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/instance.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// Gives every task of `frames` frames a processor so that the busiest processor (or exclusive
/// path) has as little to do as possible; by entry, frame * tasks + task. Greedy with the prices of
/// the fractional load, moves off the busiest one, then branch and bound for `nodes` nodes: for
/// small graphs that is the least. Stops at a load of `target`.
std::vector<uint32_t> balancedPlacement(const Instance &instance, const FractionalLoad &fractional,
                                        size_t frames, double target, size_t nodes);

} // namespace tandem
