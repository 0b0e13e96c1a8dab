// The two graphs of the literature, with every number that their papers give.

#include "pipeline/schedulers/common/ranks.h"
#include "pipeline/schedulers/random_graph.h"
#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pointwise;

Plan planOf(const char *scheduler, const TaskGraph &graph) {
  Result<Plan> plan = allSchedulers().run(scheduler, graph);
  EXPECT_TRUE(plan.ok()) << plan.error().text();
  return plan.ok() ? *plan : Plan();
}

MATCHER(IsNear, "") {
  return std::abs(std::get<0>(arg) - std::get<1>(arg)) < 5e-4;
}

/// Task numbers from 1 on.
std::vector<size_t> numbers(std::vector<size_t> order) {
  for (size_t &task : order)
    ++task;
  return order;
}

TEST(TopcuogluGraph, HasTheRanksOfThePaper) {
  TaskGraph graph = topcuogluGraph();
  Instance instance(graph);
  std::vector<double> up = {108, 77, 80, 80, 69, 63.333, 42.667, 35.667, 44.333, 14.667};
  std::vector<double> down = {0, 31, 25, 22, 24, 27, 62.333, 66.667, 63.667, 93.333};
  EXPECT_THAT(upwardRanks(instance), Pointwise(IsNear(), up));
  EXPECT_THAT(downwardRanks(instance), Pointwise(IsNear(), down));
  EXPECT_THAT(numbers(orderByPriority(instance, upwardRanks(instance))),
              ElementsAre(1, 3, 4, 2, 5, 6, 9, 7, 8, 10));
}

TEST(TopcuogluGraph, HeftGivesTheSchedule) {
  TaskGraph graph = topcuogluGraph();
  Plan plan = planOf("heft", graph);
  EXPECT_EQ(placesOf(graph, plan), "T1 P3 0 9\n"
                                   "T2 P1 27 40\n"
                                   "T3 P3 9 28\n"
                                   "T4 P2 18 26\n"
                                   "T5 P3 28 38\n"
                                   "T6 P2 26 42\n"
                                   "T7 P3 38 49\n"
                                   "T8 P1 57 62\n"
                                   "T9 P2 56 68\n"
                                   "T10 P2 73 80\n");
  EXPECT_EQ(plan.makespan, 80);
  EXPECT_THAT(numbers(plan.order), ElementsAre(1, 3, 4, 2, 5, 6, 9, 7, 8, 10));
  ASSERT_EQ(plan.ranks.size(), 1U);
  EXPECT_EQ(plan.ranks[0].name, "rank_u");
  EXPECT_NEAR(plan.ranks[0].values[0], 108, 1e-9);
  EXPECT_NEAR(scheduleLengthRatio(graph, plan.makespan), 1.951, 5e-4);
}

TEST(TopcuogluGraph, CpopPutsTheCriticalPathOnP2) {
  Plan plan = planOf("cpop", topcuogluGraph());
  EXPECT_EQ(plan.makespan, 86);
  for (size_t task : {1, 2, 9, 10})
    EXPECT_EQ(plan.tasks[task - 1].processor, 1U) << "T" << task;
}

TEST(TopcuogluGraph, TheOtherMakespans) {
  EXPECT_EQ(planOf("peft", topcuogluGraph()).makespan, 85);
  EXPECT_EQ(planOf("lookahead", topcuogluGraph()).makespan, 76);
  EXPECT_EQ(planOf("best", topcuogluGraph()).makespan, 73);
}

TEST(TopcuogluGraph, ExactProvesTheOptimum) {
  Plan plan = planOf("exact", topcuogluGraph());
  EXPECT_EQ(plan.makespan, 73);
  EXPECT_EQ(plan.bound, 73);
  EXPECT_TRUE(plan.optimal);
}

TEST(TopcuogluGraph, OneProcessorAloneTakesTheSumOfItsCosts) {
  std::vector<double> expected = {127, 130, 143};
  for (size_t p = 0; p < 3; ++p) {
    TaskGraph graph = topcuogluGraph();
    for (Task &task : graph.tasks)
      task.cost = {task.cost[p]};
    graph.processors.resize(1);
    EXPECT_EQ(planOf("heft", graph).makespan, expected[p]);
  }
}

TEST(ArabnejadGraph, HasTheOptimisticCostTableOfThePaper) {
  TaskGraph graph = arabnejadGraph();
  Instance instance(graph);
  EXPECT_THAT(optimisticCosts(instance),
              ElementsAre(64, 68, 86, 42, 39, 42, 27, 41, 43, 42, 39, 50, 28, 37, 28, 42, 39, 44,
                          13, 16, 22, 13, 16, 33, 13, 16, 20, 0, 0, 0));
  EXPECT_THAT(
      numbers(orderByPriority(instance, optimisticRanks(instance, optimisticCosts(instance)))),
      ElementsAre(1, 4, 6, 2, 3, 5, 8, 7, 9, 10));
}

TEST(ArabnejadGraph, PeftGivesTheSchedule) {
  TaskGraph graph = arabnejadGraph();
  Plan plan = planOf("peft", graph);
  EXPECT_EQ(placesOf(graph, plan), "T1 P1 0 22\n"
                                   "T2 P1 29 51\n"
                                   "T3 P1 51 83\n"
                                   "T4 P1 22 29\n"
                                   "T5 P3 35 70\n"
                                   "T6 P2 29 46\n"
                                   "T7 P1 83 97\n"
                                   "T8 P2 54 77\n"
                                   "T9 P3 81 89\n"
                                   "T10 P2 106 122\n");
  EXPECT_EQ(plan.makespan, 122);
  EXPECT_THAT(numbers(plan.order), ElementsAre(1, 4, 6, 2, 3, 5, 8, 7, 9, 10));
  EXPECT_NEAR(scheduleLengthRatio(graph, plan.makespan), 1.627, 5e-4);
}

TEST(ArabnejadGraph, TheOtherMakespans) {
  EXPECT_EQ(planOf("heft", arabnejadGraph()).makespan, 133);
  EXPECT_EQ(planOf("lookahead", arabnejadGraph()).makespan, 127);
  EXPECT_EQ(planOf("cpop", arabnejadGraph()).makespan, 167);
  EXPECT_EQ(planOf("best", arabnejadGraph()).makespan, 113);
}

TEST(ArabnejadGraph, ExactProvesTheOptimum) {
  Plan plan = planOf("exact", arabnejadGraph());
  EXPECT_EQ(plan.makespan, 113);
  EXPECT_TRUE(plan.optimal);
}

} // namespace
} // namespace tandem::test
