#include "compiler/backend/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace tandem {
namespace {

using Info = ModelBuilder::BufferInfo;

TEST(PlanMemory, GivesBuffersThatDoNotMeetTheSamePlace) {
  MemoryPlan plan = planMemory({{.size = 100, .firstUse = 0, .lastUse = 1},
                                {.size = 64, .firstUse = 1, .lastUse = 2},
                                {.size = 100, .firstUse = 2, .lastUse = 3}});
  EXPECT_EQ(plan.offsets, (std::vector<uint64_t>{0, 128, 0}));
  EXPECT_EQ(plan.arenaSize, 192u);
  EXPECT_EQ(plan.lowerBound, 192u);
}

TEST(PlanMemory, PlacesAgainWhatSticksOut) {
  // By size alone the first buffer lies above a hole that it does not fit into: 640 bytes.
  MemoryPlan plan = planMemory({{.size = 128, .firstUse = 2, .lastUse = 4},
                                {.size = 256, .firstUse = 3, .lastUse = 4},
                                {.size = 256, .firstUse = 0, .lastUse = 0},
                                {.size = 256, .firstUse = 0, .lastUse = 2}});
  EXPECT_EQ(plan.lowerBound, 512u);
  EXPECT_EQ(plan.arenaSize, 512u);
}

TEST(PlanMemory, LeavesOutConstantsAndWhatIsNeverUsed) {
  MemoryPlan plan = planMemory({{.constant = true, .size = 4096}, {.size = 64}});
  EXPECT_EQ(plan.arenaSize, 0u);
}

TEST(PlanMemory, NeverOverlapsWhatLivesTogether) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Info> buffers(40);
    for (Info &buffer : buffers) {
      buffer.size = random() % 5000;
      buffer.firstUse = static_cast<int64_t>(random() % 30);
      buffer.lastUse = buffer.firstUse + static_cast<int64_t>(random() % 6);
    }
    MemoryPlan plan = planMemory(buffers);
    EXPECT_GE(plan.arenaSize, plan.lowerBound);
    for (size_t a = 0; a < buffers.size(); ++a)
      for (size_t b = 0; b < a; ++b)
        if (buffers[a].firstUse <= buffers[b].lastUse &&
            buffers[b].firstUse <= buffers[a].lastUse) {
          EXPECT_TRUE(plan.offsets[a] + buffers[a].size <= plan.offsets[b] ||
                      plan.offsets[b] + buffers[b].size <= plan.offsets[a]);
        }
  }
}

} // namespace
} // namespace tandem
