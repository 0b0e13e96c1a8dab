#include "pipeline/plan/measured_graph.h"

#include "pipeline/executor/test/plans.h"
#include "pipeline/plan/task_costs.h"

#include <gmock/gmock.h>

using namespace tandem;
using testing::ElementsAre;

namespace {

TaskGraph graph() {
  TaskGraph graph;
  graph.processors = {{"cpu0", 0}, {"cpu1", 0}, {"npu", 0}};
  for (auto [name, npu] :
       {std::pair("crop", kCannotRun), std::pair("net", 10.0), std::pair("boxes", kCannotRun)}) {
    Task task;
    task.name = name;
    task.cost = {40, 40, npu};
    graph.tasks.push_back(std::move(task));
  }
  return graph;
}

/// The same, each task after the one before it.
TaskGraph chain() {
  TaskGraph chain = graph();
  chain.edges = {{.from = 0, .to = 1}, {.from = 1, .to = 2}};
  return chain;
}

std::vector<PipelineDevice> devices() {
  std::vector<PipelineDevice> devices = test::cores(2);
  devices.push_back({"npu", "npu", {"neuron"}, false, std::nullopt});
  return devices;
}

TEST(WithMeasuredTimes, TakesWhatTasksTookAndScalesTheOthers) {
  std::vector<TaskTime> times = {{0, 0, 60, 100}, {0, 1, 80, 300}, {2, 0, 50, 4}};
  TaskGraph measured = withMeasuredTimes(graph(), devices(), times);
  EXPECT_THAT(measured.tasks[0].cost, ElementsAre(75, 75, kCannotRun)) << "by runs, on both cores";
  EXPECT_THAT(measured.tasks[1].cost, ElementsAre(70, 70, 10)) << "140 of 80 planned";
  EXPECT_THAT(measured.tasks[2].cost, ElementsAre(70, 70, kCannotRun)) << "four runs are too few";
}

TEST(WithoutContention, TakesOffWhatThePlanGaveForIt) {
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 50}, {1, 0, 1, 0, 40}, {2, 0, 0, 50, 90}};
  std::vector<TaskTime> times = {{0, 0, 60, 100}, {1, 1, 60, 100}, {0, 1, 60, 100}};
  std::vector<TaskTime> alone = withoutContention(times, graph(), plan);
  EXPECT_DOUBLE_EQ(alone[0].us, 48) << "planned with 50 for 40";
  EXPECT_EQ(alone[1].us, 60) << "planned as it is";
  EXPECT_EQ(alone[2].us, 60) << "not planned there";
}

Plan onOneCore() {
  Plan plan;
  plan.objective = Objective::kThroughput;
  plan.tasks = {{0, 0, 0, 0, 40}, {1, 0, 2, 40, 50}, {2, 0, 0, 50, 90}};
  plan.interval = 80;
  plan.makespan = 90;
  plan.bound = 45;
  plan.boundReason = "busiest processors";
  return plan;
}

TEST(RequirePace, SaysWhichStageIsInTheWayAndWhatIsPossible) {
  EXPECT_TRUE(requirePace(graph(), onOneCore(), 80, 90).ok());
  EXPECT_TRUE(requirePace(graph(), onOneCore(), 0, 0).ok());
  Status late = requirePace(graph(), onOneCore(), 50, 0);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kUnsupported);
  EXPECT_EQ(
      late.error().message,
      "a frame comes every 0.05 ms (20000 frames/s), the plan takes 0.08 ms a frame; the busiest "
      "device is 'cpu0' "
      "with 'crop' 40 us, 'boxes' 40 us, another plan may do it: the least known is 0.045 ms, "
      "at most 22200 frames/s (busiest processors)");
  EXPECT_THAT(requirePace(graph(), onOneCore(), 40, 0).error().message,
              testing::EndsWith("and no plan can do it: the least is 0.045 ms, at most 22200 "
                                "frames/s (busiest processors)"));
  EXPECT_EQ(
      requirePace(chain(), onOneCore(), 0, 85).error().message,
      "a frame may take 0.085 ms, by the plan it takes 0.09 ms; it waits longest for 'crop' 40 us, "
      "'boxes' 40 us, 'net' 10 us");
}

TEST(RequireLatencyOfSomePlan, NamesTheStagesAndTheBestPossible) {
  EXPECT_TRUE(requireLatencyOfSomePlan(chain(), 90).ok());
  EXPECT_TRUE(requireLatencyOfSomePlan(chain(), 0).ok());
  Status late = requireLatencyOfSomePlan(chain(), 50);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(
      late.error().message,
      "a frame may take 0.05 ms, by the plan it takes 0.09 ms; it waits longest for 'crop' 40 us, "
      "'boxes' 40 us, 'net' 10 us, and no plan can do it: the least is 0.09 ms (critical path)");
}

TEST(RequirePace, CountsLatencyFromAFramesSubmission) {
  TaskGraph graph = chain();
  graph.tasks[0].name = kReadTask; // 40 us, before it
  EXPECT_TRUE(requireLatencyOfSomePlan(graph, 50).ok());
  EXPECT_EQ(mostMakespan(graph, 50), 90);
  EXPECT_EQ(mostMakespan(graph, 0), 0);
  EXPECT_EQ(requireLatencyOfSomePlan(graph, 45).error().message,
            "a frame may take 0.045 ms, by the plan it takes 0.05 ms; it waits longest for 'boxes' "
            "40 us, "
            "'net' 10 us, and no plan can do it: the least is 0.05 ms (critical path)");
}

TEST(RequirePace, WritesLongTimesWithoutExponents) {
  Plan slow = onOneCore();
  slow.interval = 1e6;
  EXPECT_THAT(requirePace(graph(), slow, 1000, 0).error().message,
              testing::StartsWith(
                  "a frame comes every 1 ms (1000 frames/s), the plan takes 1000 ms a frame"));
}

} // namespace
