#include "pipeline/executor/drift.h"

#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"

#include <gmock/gmock.h>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;

namespace {

TEST(Drift, IsWhatADevicesTasksTakeOfWhatThePlanGivesThem) {
  Plan plan = planOf(3, 1, 2, [](size_t frame, size_t task) { return task == 2 ? frame : 0; });
  std::vector<TaskTime> times = {{0, 0, 1.5, 50}, {1, 0, 1.5, 50}, {2, 0, 3, 50}, {2, 1, 0.5, 50}};
  EXPECT_THAT(driftOf(plan, times, 3, 32), ElementsAre((4 * 1.5 + 3) / 5, 0.5, 1));
  EXPECT_THAT(driftOf(plan, times, 3, 51), ElementsAre(1, 1, 1)) << "too few runs";
}

TEST(DriftWatcher, HasANewPlanMadeFromWhatWasMeasured) {
  ExecutorParts parts = facesParts(tableOfFakes());
  size_t tasks = tasksOf(parts.app, parts.runners).tasks.size();
  PipelineOptions options = spread(parts, 2, 2);
  // Far from what anything takes.
  auto slow = [&](double length) {
    Plan plan = planOf(tasks, 2, 1, [](size_t, size_t task) { return task % 2; });
    for (PlannedTask &task : plan.tasks)
      task.finish = task.start + length;
    return plan;
  };
  options.plan = slow(1e6);
  auto pipeline = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().text();
  std::atomic<int> asked = 0;
  std::atomic<bool> measured = true;
  {
    DriftWatcher watcher(**pipeline,
                         [&](std::span<const TaskTime> times) -> std::optional<Plan> {
                           measured =
                               measured && times.size() >= tasks; // more where one was stolen
                           if (++asked == 1)
                             return std::nullopt; // keep the old one: it is asked again
                           return slow(2e6);
                         },
                         {.threshold = 0.3,
                          .leastRuns = 5,
                          .confirmations = 2,
                          .period = std::chrono::milliseconds(1)});
    Image image = halves(51, 200);
    while (watcher.plans() == 0) {
      ASSERT_TRUE((*pipeline)->submit(image).ok());
      ASSERT_TRUE((*pipeline)->next().ok());
    }
  }
  EXPECT_GE(asked, 2);
  EXPECT_TRUE(measured);
  EXPECT_EQ((*pipeline)->plan().tasks[0].finish, 2e6);
}

TEST(DriftWatcher, LeavesAPlanAloneThatHolds) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 1, 1);
  auto pipeline = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  ASSERT_TRUE(pipeline.ok());
  std::atomic<int> asked = 0;
  DriftWatcher watcher(**pipeline,
                       [&](std::span<const TaskTime>) -> std::optional<Plan> {
                         ++asked;
                         return std::nullopt;
                       },
                       {.threshold = 1e9,
                        .leastRuns = 1,
                        .confirmations = 1,
                        .period = std::chrono::milliseconds(1)});
  Image image = halves(51, 200);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE((*pipeline)->submit(image).ok());
    ASSERT_TRUE((*pipeline)->next().ok());
  }
  EXPECT_EQ(asked, 0);
}

} // namespace
