// Throughput plans against trying everything, and what limits do to them. SchedulerTable::run() has
// let checkPlan() see each plan.

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"
#include "pipeline/schedulers/test/odd_graphs.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace tandem::test {
namespace {

using ::testing::HasSubstr;

Result<Plan> throughput(const TaskGraph &graph, ScheduleOptions options = {}) {
  options.objective = Objective::kThroughput;
  return allSchedulers().run("throughput", graph, options);
}

/// The least load of the busiest processor over all placements of `frames` frames. Without limits
/// and recurrences a pattern of that period is always there: any order on each processor, and every
/// task as many periods later as its data need.
double leastLoad(const TaskGraph &graph, size_t frames) {
  std::vector<double> busy(graph.processors.size());
  double best = kCannotRun;
  auto place = [&](auto &again, size_t entry) -> void {
    if (entry == frames * graph.tasks.size()) {
      best = std::min(best, *std::max_element(busy.begin(), busy.end()));
      return;
    }
    for (size_t p = 0; p < busy.size(); ++p) {
      if (!graph.canRun(entry % graph.tasks.size(), p))
        continue;
      busy[p] += graph.duration(entry % graph.tasks.size(), p);
      again(again, entry + 1);
      busy[p] -= graph.duration(entry % graph.tasks.size(), p);
    }
  };
  place(place, 0);
  return best;
}

TEST(Throughput, FindsTheLeastIntervalOfEveryNumberOfFrames) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    OddTraits traits;
    traits.links = seed % 2;
    TaskGraph graph = oddGraph(1 + seed % 4, 1 + seed % 3, traits, seed);
    ScheduleOptions options;
    for (options.mostFrames = 1; options.mostFrames <= 2; ++options.mostFrames) {
      double least = kCannotRun;
      for (size_t frames = 1; frames <= options.mostFrames; ++frames)
        least = std::min(least, leastLoad(graph, frames) / static_cast<double>(frames));
      Result<Plan> plan = throughput(graph, options);
      ASSERT_TRUE(plan.ok()) << plan.error().text();
      // A longer pattern is only taken where it gains a hundredth.
      double most = options.mostFrames == 1 ? least : least / 0.99;
      if (least > 0)
        EXPECT_LE(plan->interval, most * (1 + 1e-9)) << "seed " << seed;
      EXPECT_GE(plan->interval, least * (1 - 1e-9)) << "seed " << seed;
    }
  }
}

TEST(Throughput, ReplicatesAStageThatIsTheBottleneck) {
  TaskGraph graph = graphOf({{2, 2, 2}, {9, 9, 9}, {1, 1, 1}}, {{1, 2, 1}, {2, 3, 1}});
  ScheduleOptions one;
  one.mostFrames = 1;
  EXPECT_EQ(throughput(graph, one)->interval, 9);
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_NEAR(plan->interval, 4, 1e-9) << "12 over three processors";
  EXPECT_TRUE(plan->optimal);
  std::vector<size_t> places;
  for (size_t frame = 0; frame < plan->frames; ++frame)
    places.push_back(plan->at(frame, 1).processor);
  std::sort(places.begin(), places.end());
  EXPECT_EQ(std::unique(places.begin(), places.end()) - places.begin(), 3);
}

TEST(Throughput, AStatefulTaskIsARecurrence) {
  TaskGraph graph = graphOf({{4, 4}, {5, 5}}, {{1, 2, 0}});
  EXPECT_NEAR(throughput(graph)->interval, 4.5, 1e-9);
  graph.edges.push_back({1, 1, 0, 0, 1}); // T2 needs what T2 made of the frame before
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->interval, 5);
  EXPECT_EQ(plan->boundReason, "longest recurrence");
  EXPECT_TRUE(plan->optimal);
}

TEST(Throughput, ALongerRecurrenceOverTwoFrames) {
  TaskGraph graph = graphOf({{3, 3, 3}, {8, 8, 8}}, {{1, 2, 0}});
  graph.edges.push_back({1, 0, 0, 0, 2});
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_NEAR(plan->bound, 5.5, 1e-9) << "11 for two frames";
  EXPECT_NEAR(plan->interval, 5.5, 1e-6);
}

TEST(Throughput, OneFrameInFlightIsTheLeastMakespan) {
  ScheduleOptions options;
  options.mostFramesInFlight = 1;
  Result<Plan> plan = throughput(topcuogluGraph(), options);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->framesInFlight, 1U);
  EXPECT_NEAR(plan->interval, 73, 1e-6);
}

TEST(Throughput, MoreFramesInFlightAreNeverSlower) {
  double before = kCannotRun;
  ScheduleOptions options;
  options.mostFrames = 1;
  for (size_t most : {1, 2, 3, 5}) {
    options.mostFramesInFlight = most;
    Result<Plan> plan = throughput(topcuogluGraph(), options);
    ASSERT_TRUE(plan.ok());
    EXPECT_LE(plan->framesInFlight, most);
    EXPECT_LE(plan->interval, before + 1e-6);
    before = plan->interval;
  }
  EXPECT_LT(before, 40) << "processors overlap frames";
}

TEST(Throughput, KeepsTheLimitOnLatency) {
  ScheduleOptions options;
  options.mostLatency = 90;
  Result<Plan> plan = throughput(topcuogluGraph(), options);
  ASSERT_TRUE(plan.ok());
  EXPECT_LE(plan->makespan, 90);
  EXPECT_LT(plan->interval, 45);
  options.mostLatency = 60;
  Result<Plan> refused = throughput(topcuogluGraph(), options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
  EXPECT_THAT(
      refused.error().message,
      HasSubstr("no plan found that keeps to a latency of 60; one frame alone takes at least"));
}

TEST(Throughput, KeepsTheLimitOnMemory) {
  TaskGraph graph = topcuogluGraph();
  graph.frameBytes = 1000;
  ScheduleOptions options;
  options.mostBytes = 2500;
  Result<Plan> plan = throughput(graph, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_LE(plan->framesInFlight, 2U);
  options.mostBytes = 999;
  Result<Plan> refused = throughput(graph, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "one frame holds 1000 bytes, the limit is 999");
}

TEST(Throughput, FramesThatComeSlowlySetTheInterval) {
  TaskGraph graph = graphOf({{4, 4}, {5, 5}}, {{1, 2, 0}});
  graph.arrivalPeriod = 33;
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->interval, 33);
  EXPECT_EQ(plan->makespan, 9);
  EXPECT_EQ(plan->boundReason, "arrivals");
  EXPECT_EQ(plan->framesInFlight, 1U);
}

TEST(Throughput, TheMemorysBandwidthIsABottleneckToo) {
  TaskGraph graph = graphOf({{10, 10, 10}, {10, 10, 10}}, {{1, 2, 0}});
  for (Task &task : graph.tasks)
    task.memoryShare = {0.8, 0.8, 0.8};
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_NEAR(plan->bound, 16, 1e-9);
  EXPECT_EQ(plan->boundReason, "memory bandwidth");
  EXPECT_LT(plan->interval, 20) << "two processors gain something";
}

TEST(Throughput, AnExclusivePathIsABottleneckToo) {
  TaskGraph graph = graphOf({{5, kCannotRun}, {kCannotRun, 5}}, {{1, 2, 0}});
  graph.edges[0].bytes = 30;
  graph.links.assign(2, std::vector<Link>(2, {1, 0.5, 0}));
  Result<Plan> plan = throughput(graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->interval, 16) << "1 + 30 * 0.5 on the path, 5 on each processor";
}

} // namespace
} // namespace tandem::test
