// How good "best" is, on a part of the random graphs; all of them: ./dev bench schedulers.

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/random.h"
#include "pipeline/schedulers/common/sequences.h"
#include "pipeline/schedulers/random_graph.h"
#include "pipeline/schedulers/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::test {
namespace {

double makespan(const char *scheduler, const TaskGraph &graph) {
  ScheduleOptions options;
  options.timeLimitMs = 1e6; // the work decides, so that a slow machine gets the same
  Result<Plan> plan = allSchedulers().run(scheduler, graph, options);
  EXPECT_TRUE(plan.ok()) << plan.error().text();
  return plan.ok() ? plan->makespan : 0;
}

TEST(Best, OnRandomGraphsIsFarBelowHeftAndNeverAboveTheOthers) {
  std::vector<RandomGraphKind> kinds = randomGraphKinds(4);
  double ours = 0, heft = 0;
  for (size_t i = 3; i < kinds.size(); i += 61) {
    TaskGraph graph = randomGraph(kinds[i], i);
    double best = makespan("best", graph), first = makespan("heft", graph);
    double others = std::min({first, makespan("cpop", graph), makespan("peft", graph)});
    EXPECT_LE(best, others * (1 + kTimeTolerance)) << i;
    ours += scheduleLengthRatio(graph, best);
    heft += scheduleLengthRatio(graph, first);
  }
  EXPECT_LE(ours, 0.9 * heft);
}

TEST(Best, IsNearTheOptimumOfSmallGraphs) {
  double ratios = 0, proven = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    RandomGraphKind kind{
        6 + seed % 7, seed % 2 ? 1.0 : 2.0, 1 + seed % 4, seed % 3 ? 1.0 : 0.2, 0.75, 3};
    TaskGraph graph = randomGraph(kind, seed);
    Result<Plan> exact = allSchedulers().run("exact", graph);
    ASSERT_TRUE(exact.ok());
    if (!exact->optimal)
      continue;
    ratios += makespan("best", graph) / exact->makespan;
    ++proven;
  }
  EXPECT_GT(proven, 35);
  EXPECT_LE(ratios / proven, 1.01);
}

TEST(Best, OnManyTasksSpendsProcessorsBetterThanHeft) {
  TaskGraph graph = randomGraph({1000, 1, 3, 1, 0.5, 8}, 1);
  EXPECT_LE(makespan("best", graph), 0.94 * makespan("heft", graph));
}

/// Moves at random; what Sequences says must be what carrying the orders out anew says.
TEST(Sequences, KeepTimesAndOrdersInStep) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    TaskGraph graph = randomGraph({30, 1, 3, 1, 0.5, 3}, seed);
    Instance instance(graph);
    Random random(seed);
    Solution solution;
    solution.order = instance.order();
    for (size_t task = 0; task < instance.tasks(); ++task)
      solution.processor.push_back(static_cast<int>(random.below(3)));
    Sequences moved(instance), fresh(instance);
    moved.assign(solution);
    size_t refused = 0;
    for (int i = 0; i < 300; ++i) {
      auto task = static_cast<uint32_t>(random.below(30));
      auto processor = static_cast<uint32_t>(random.below(3));
      size_t places =
          moved.sequence(processor).size() + (moved.processor(task) == processor ? 0 : 1);
      auto place = static_cast<uint32_t>(random.below(places));
      if (!moved.move(task, processor, place)) {
        ++refused;
        continue;
      }
      EXPECT_EQ(moved.sequence(processor)[place], task);
      fresh.assign(moved.solution());
      ASSERT_NEAR(fresh.makespan(), moved.makespan(), 1e-9 * moved.makespan());
      for (uint32_t t = 0; t < 30; ++t) {
        ASSERT_NEAR(fresh.start(t), moved.start(t), 1e-9 * moved.makespan());
        ASSERT_LE(moved.finish(t) + moved.tail(t), moved.makespan() * (1 + 1e-12));
      }
    }
    EXPECT_GT(refused, 0U) << "some moves contradict the edges";
    EXPECT_LT(refused, 300U);
  }
}

} // namespace
} // namespace tandem::test
