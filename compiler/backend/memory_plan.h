#pragma once

#include "compiler/backend/model_builder.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// Where each arena buffer lies. Buffers whose lives overlap never overlap in memory.
struct MemoryPlan {
  std::vector<uint64_t> offsets; ///< by BufferId, multiples of 64; 0 for constants
  uint64_t arenaSize = 0;        ///< a multiple of 64
  /// The most bytes alive at one step: no plan can be smaller.
  uint64_t lowerBound = 0;
};

/// Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
/// 2020): the largest buffer first, each at the lowest offset that is free for all of its life.
/// While that takes more than it must, the buffer at the top is placed before all others, some
/// hundred times, and the best plan is kept.
MemoryPlan planMemory(const std::vector<ModelBuilder::BufferInfo> &buffers);

} // namespace tandem
