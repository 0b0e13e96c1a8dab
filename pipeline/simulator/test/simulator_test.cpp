#include "pipeline/simulator/simulator.h"

#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace tandem;
using testing::DoubleNear;
using testing::ElementsAre;

namespace {

Task task(std::string name, std::vector<double> cost, std::vector<double> share = {}) {
  return {std::move(name), std::move(cost), std::move(share)};
}

/// crop (core) -> net (npu) -> boxes (core): the core works 4 + 5 a frame, the npu 8.
TaskGraph threeStages() {
  TaskGraph graph;
  graph.processors = {{"core", 0}, {"npu", 1}};
  graph.tasks = {task("crop", {4, kCannotRun}), task("net", {30, 7}),
                 task("boxes", {5, kCannotRun})};
  graph.edges = {{0, 1}, {1, 2}};
  return graph;
}

/// Interval 9, what the core takes: frame f's boxes run while the npu has frame f + 1.
Plan threeStagesPlan() {
  Plan plan;
  plan.scheduler = "by hand";
  plan.objective = Objective::kThroughput;
  plan.tasks = {{0, 0, 0, 0, 4}, {1, 0, 1, 4, 12}, {2, 0, 0, 13, 18}};
  plan.makespan = 18;
  plan.interval = 9;
  plan.framesInFlight = 2;
  return plan;
}

Simulation run(const TaskGraph &graph, const Plan &plan, const SimulationOptions &options) {
  Result<Simulation> simulated = simulate(graph, plan, options);
  EXPECT_TRUE(simulated.ok()) << simulated.error().text();
  return std::move(simulated).value();
}

TEST(Simulator, HasThePlansIntervalWhereNothingVaries) {
  Simulation simulation = run(threeStages(), threeStagesPlan(), {.frames = 100});
  EXPECT_EQ(simulation.finished, 100u);
  EXPECT_DOUBLE_EQ(simulation.interval, 9);
  EXPECT_DOUBLE_EQ(simulation.latencyP50, 18) << "two in flight, 9 apart";
  EXPECT_THAT(simulation.utilisation, ElementsAre(DoubleNear(1, 0.02), DoubleNear(8.0 / 9, 0.02)));
  EXPECT_TRUE(simulation.trace.simulated);
  EXPECT_EQ(simulation.trace.events.size(), 300u);
}

TEST(Simulator, HasTheMakespanOfPublishedSchedules) {
  // Figure 2 of Topcuoglu, Hariri and Wu (2002), whose HEFT schedule has makespan 80.
  TaskGraph graph = test::topcuogluGraph();
  Result<Plan> plan = allSchedulers().run("heft", graph);
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  ASSERT_DOUBLE_EQ(plan->makespan, 80);
  Simulation simulation = run(graph, *plan, {.frames = 10});
  EXPECT_DOUBLE_EQ(simulation.latencyP50, 80);
  EXPECT_DOUBLE_EQ(simulation.interval, 80);
}

TEST(Simulator, IsTheSameForTheSameSeedAndAnotherForAnother) {
  SimulationOptions options{.frames = 50, .jitter = 0.3, .seed = 3};
  Simulation first = run(threeStages(), threeStagesPlan(), options),
             again = run(threeStages(), threeStagesPlan(), options);
  EXPECT_EQ(first.interval, again.interval);
  EXPECT_EQ(traceText(first.trace), traceText(again.trace));
  options.seed = 4;
  EXPECT_NE(run(threeStages(), threeStagesPlan(), options).interval, first.interval);
  EXPECT_GE(first.interval, 8.5);
  EXPECT_LE(first.interval, 11) << "what the core takes, and some waiting";
}

TEST(Simulator, WaitsForFramesThatComeSlowly) {
  Simulation simulation =
      run(threeStages(), threeStagesPlan(), {.frames = 40, .arrivalPeriod = 33});
  EXPECT_DOUBLE_EQ(simulation.interval, 33);
  EXPECT_DOUBLE_EQ(simulation.latencyLongest, 17) << "4 + 8 + 5, nobody in the way";
}

TEST(Simulator, DropsFramesThatComeTooFast) {
  SimulationOptions options{.frames = 200, .arrivalPeriod = 4.5, .whenFull = WhenFull::kDropOldest};
  Simulation simulation = run(threeStages(), threeStagesPlan(), options);
  EXPECT_DOUBLE_EQ(simulation.interval, 9);
  EXPECT_EQ(simulation.finished + simulation.dropped, 200u);
  EXPECT_NEAR(static_cast<double>(simulation.dropped), 100, 4);
  options.whenFull = WhenFull::kWait;
  simulation = run(threeStages(), threeStagesPlan(), options);
  EXPECT_EQ(simulation.dropped, 0u);
  EXPECT_GT(simulation.latencyLongest, 800) << "the last one has waited for all of them";
}

TEST(Simulator, SharesTheMemoryAmongTasksThatRunTogether) {
  TaskGraph graph;
  graph.processors = {{"a", 0}, {"b", 0}};
  graph.tasks = {task("left", {10, kCannotRun}, {0.8, 0}),
                 task("right", {kCannotRun, 10}, {0, 0.8})};
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 10}, {1, 0, 1, 0, 10}};
  plan.interval = plan.makespan = 16;
  Simulation simulation = run(graph, plan, {.frames = 10});
  EXPECT_NEAR(simulation.interval, 16, 1e-9) << "each gets 0.5 of the 0.8 that it asks for";
  graph.tasks[1].memoryShare = {0, 0.2};
  EXPECT_NEAR(run(graph, plan, {.frames = 10}).interval, 10, 1e-9) << "together no more than all";
}

TEST(Simulator, SendsDataOfOnePathOneAfterAnother) {
  TaskGraph graph;
  graph.processors = {{"core", 0}, {"npu", 0}};
  graph.tasks = {task("crop", {1, 1}), task("first", {kCannotRun, 1}),
                 task("second", {kCannotRun, 1})};
  graph.edges = {{0, 1, 0, 100}, {0, 2, 0, 100}};
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 1}, {1, 0, 1, 12, 13}, {2, 0, 1, 23, 24}};
  plan.interval = plan.makespan = 24;
  graph.links = {{{}, {1, 0.1, 0}}, {{1, 0.1, 0}, {}}};
  EXPECT_DOUBLE_EQ(run(graph, plan, {.frames = 4}).latencyP50, 1 + 11 + 11 + 1);
  graph.links[0][1].path = -1;
  EXPECT_DOUBLE_EQ(run(graph, plan, {.frames = 4}).latencyP50, 1 + 11 + 1 + 1);
}

TEST(Simulator, WaitsForTheFrameBeforeWhereDataComeFromIt) {
  TaskGraph graph;
  graph.processors = {{"a", 0}, {"b", 0}};
  graph.tasks = {task("track", {6, 6})};
  graph.edges = {{0, 0, 2, 0, 1}}; // from each frame to the next; 2 between processors
  Plan plan;
  plan.frames = 2;
  plan.tasks = {{0, 0, 0, 0, 6}, {0, 1, 1, 8, 14}};
  plan.interval = 8;
  plan.framesInFlight = 2;
  EXPECT_DOUBLE_EQ(run(graph, plan, {.frames = 21}).interval, 8) << "6, and 2 to the other one";
  graph.edges.clear();
  EXPECT_DOUBLE_EQ(run(graph, plan, {.frames = 21}).interval, 3) << "two of them at a time";
}

TEST(Simulator, VariesWithDetectionsAndConditions) {
  TaskGraph graph;
  graph.processors = {{"core", 0}};
  graph.tasks = {task("detect", {10}), task("live", {6}), task("mood", {4})};
  graph.edges = {{0, 1}, {1, 2}};
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 10}, {1, 0, 0, 10, 16}, {2, 0, 0, 16, 20}};
  plan.interval = plan.makespan = 20;
  SimulationOptions options{.frames = 2000};
  options.variations = {{}, {.forEach = 0}, {.forEach = 0, .when = 0}};
  options.counts = {{0, 1, 1, 4}}; // 1.5 on average
  options.probabilities = {0.5};
  Simulation simulation = run(graph, plan, options);
  EXPECT_NEAR(simulation.interval, 20, 1) << "on average as planned";
  EXPECT_NEAR(simulation.latencyLongest, 10 + 6 * 4 / 1.5 + 4 * 4 / 0.75, 1e-9)
      << "four that all hold";
  int64_t uneven = 0;
  for (const TaskEvent &event : simulation.trace.events) {
    double moods = static_cast<double>(event.finishNs - event.startNs) / 1e3 / (4 / 0.75);
    uneven += event.task == 2 && std::abs(moods - std::round(moods)) > 1e-3;
  }
  EXPECT_EQ(uneven, 0) << "whole detections only";
}

TEST(Simulator, TakesWhatWaitsOnABusyProcessorOfTheSameKind) {
  // A pattern that is even on average: each core has a frame's 6, which are 12 in every other one.
  TaskGraph graph;
  graph.processors = {{"a", 0}, {"b", 0}};
  graph.tasks = {task("left", {6, 6}), task("right", {6, 6})};
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 6}, {1, 0, 1, 0, 6}};
  plan.interval = plan.makespan = 6;
  plan.framesInFlight = 4;
  SimulationOptions options{.frames = 4000};
  options.variations = {{.forEach = 0}, {.forEach = 1}};
  options.counts = {{0, 2}, {1}};
  EXPECT_NEAR(run(graph, plan, options).interval, 6, 0.15) << "all of the time of both";
  options.steals = false;
  EXPECT_GT(run(graph, plan, options).interval, 6.4);
}

TEST(Simulator, LeavesATaskToAProcessorThatIsNotLikeItsOwn) {
  TaskGraph graph;
  graph.processors = {{"fast", 0}, {"slow", 0}};
  graph.tasks = {task("one", {2, 9}), task("two", {2, 9})};
  Plan plan;
  plan.tasks = {{0, 0, 0, 0, 2}, {1, 0, 0, 2, 4}};
  plan.interval = plan.makespan = 4;
  EXPECT_DOUBLE_EQ(run(graph, plan, {.frames = 20}).interval, 4);
}

TEST(Simulator, RefusesWhatMakesNoSense) {
  auto refusal = [](const Plan &plan, const SimulationOptions &options) {
    Result<Simulation> simulated = simulate(threeStages(), plan, options);
    return simulated.ok() ? "taken" : simulated.error().message;
  };
  Plan plan = threeStagesPlan();
  EXPECT_EQ(refusal(plan, {.jitter = 2}), "simulation: jitter is 2, expected 0 to 1");
  EXPECT_EQ(refusal(plan, {.variations = {{}}}),
            "simulation: 1 variations, expected one for each of 3 tasks");
  EXPECT_EQ(refusal(plan, {.variations = {{}, {.forEach = 0}, {}}}),
            "simulation: a task varies with for_each 0 and when -1, there are 0 and 0");
  plan.tasks[0].processor = 1;
  EXPECT_EQ(refusal(plan, {}), "the plan puts 'crop' on 'npu', which cannot run it");
}

TEST(Simulator, OfNoFramesIsEmpty) {
  Simulation simulation = run(threeStages(), threeStagesPlan(), {.frames = 0});
  EXPECT_EQ(simulation.finished, 0u);
  EXPECT_EQ(simulation.interval, 0);
  EXPECT_EQ(simulation.latencyP95, 0);
  EXPECT_TRUE(simulation.trace.events.empty());
}

} // namespace
