#include "compiler/backend/memory_plan.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace tandem {
namespace {
constexpr uint64_t kAlignment = 64;
uint64_t aligned(uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

using Info = ModelBuilder::BufferInfo;
bool livesTogether(const Info &a, const Info &b) {
  return a.firstUse <= b.lastUse && b.firstUse <= a.lastUse;
}

uint64_t mostAlive(const std::vector<Info> &buffers, const std::vector<BufferId> &arena) {
  std::map<int64_t, int64_t> changes; // at step: bytes that come minus bytes that went
  for (BufferId id : arena) {
    changes[buffers[id].firstUse] += static_cast<int64_t>(aligned(buffers[id].size));
    changes[buffers[id].lastUse + 1] -= static_cast<int64_t>(aligned(buffers[id].size));
  }
  int64_t alive = 0, most = 0;
  for (auto [step, change] : changes)
    most = std::max(most, alive += change);
  return static_cast<uint64_t>(most);
}
} // namespace

MemoryPlan planMemory(const std::vector<Info> &buffers) {
  MemoryPlan plan;
  plan.offsets.resize(buffers.size(), 0);
  std::vector<BufferId> arena;
  for (BufferId id = 0; id < buffers.size(); ++id)
    if (!buffers[id].constant && buffers[id].firstUse >= 0)
      arena.push_back(id);
  plan.lowerBound = mostAlive(buffers, arena);

  std::sort(arena.begin(), arena.end(), [&](BufferId a, BufferId b) {
    return buffers[a].size != buffers[b].size ? buffers[a].size > buffers[b].size : a < b;
  });
  std::vector<BufferId> placed; // by offset
  for (BufferId id : arena) {
    uint64_t offset = 0, size = aligned(buffers[id].size);
    for (BufferId other : placed) {
      if (!livesTogether(buffers[id], buffers[other]))
        continue;
      if (offset + size <= plan.offsets[other])
        break; // fits into the gap before it
      offset = std::max(offset, plan.offsets[other] + aligned(buffers[other].size));
    }
    plan.offsets[id] = offset;
    auto position = std::upper_bound(placed.begin(), placed.end(), id, [&](BufferId a, BufferId b) {
      return plan.offsets[a] < plan.offsets[b];
    });
    placed.insert(position, id);
    plan.arenaSize = std::max(plan.arenaSize, offset + size);
  }
  return plan;
}

} // namespace tandem
