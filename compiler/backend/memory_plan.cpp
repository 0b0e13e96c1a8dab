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
/// Where buffers lie, placed one after another: each at the lowest offset that is free for all of
/// its life.
struct Placement {
  std::vector<uint64_t> offsets; ///< by BufferId
  uint64_t size = 0;
  BufferId highest = 0; ///< the one that ends at `size`
};

Placement place(const std::vector<Info> &buffers, const std::vector<BufferId> &order) {
  Placement result;
  result.offsets.resize(buffers.size(), 0);
  std::vector<BufferId> placed; // by offset
  for (BufferId id : order) {
    uint64_t offset = 0, size = aligned(buffers[id].size);
    for (BufferId other : placed) {
      if (!livesTogether(buffers[id], buffers[other]))
        continue;
      if (offset + size <= result.offsets[other])
        break; // fits into the gap before it
      offset = std::max(offset, result.offsets[other] + aligned(buffers[other].size));
    }
    result.offsets[id] = offset;
    auto position = std::upper_bound(placed.begin(), placed.end(), id, [&](BufferId a, BufferId b) {
      return result.offsets[a] < result.offsets[b];
    });
    placed.insert(position, id);
    if (offset + size > result.size) {
      result.size = offset + size;
      result.highest = id;
    }
  }
  return result;
}

/// How often another order is tried: placing takes the square of the number of buffers.
size_t attemptsFor(size_t buffers) {
  constexpr size_t kMost = 500, kWork = size_t(1) << 26;
  return std::min(kMost, kWork / std::max<size_t>(1, buffers * buffers));
}
} // namespace

MemoryPlan planMemory(const std::vector<Info> &buffers) {
  std::vector<BufferId> order;
  for (BufferId id = 0; id < buffers.size(); ++id)
    if (!buffers[id].constant && buffers[id].firstUse >= 0)
      order.push_back(id);
  uint64_t lowerBound = mostAlive(buffers, order);
  std::sort(order.begin(), order.end(), [&](BufferId a, BufferId b) {
    return buffers[a].size != buffers[b].size ? buffers[a].size > buffers[b].size : a < b;
  });
  Placement best = place(buffers, order), last = best;
  // What sticks out at the top came too late: it gets its place first.
  for (size_t left = attemptsFor(order.size()); left > 0 && best.size > lowerBound; --left) {
    auto highest = std::find(order.begin(), order.end(), last.highest);
    std::rotate(order.begin(), highest, highest + 1);
    last = place(buffers, order);
    if (last.size < best.size)
      best = last;
  }
  return {.offsets = std::move(best.offsets), .arenaSize = best.size, .lowerBound = lowerBound};
}

} // namespace tandem
