#include "pipeline/plan/plan_graph.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

/// Two tasks: apart they overlap from frame to frame, but one frame takes long; together on P1 it
/// is the other way round.
TaskGraph apartOrTogether(double slower) {
  TaskGraph graph;
  graph.processors = {{"P1", 0}, {"P2", 0}};
  graph.tasks = {{"A", {10 * slower, kCannotRun}}, {"B", {20 * slower, 10 * slower}}};
  graph.edges = {{.from = 0, .to = 1, .cost = 15}};
  return graph;
}

TEST(PlanGraphAgain, KeepsToTheLatencyThatWasAskedFor) {
  Result<Plan> plan = planGraphAgain(apartOrTogether(1), {});
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_NEAR(plan->interval, 10, 1e-6);
  EXPECT_NEAR(plan->makespan, 35, 1e-6);
  plan = planGraphAgain(apartOrTogether(1), {.latencyUs = 31});
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_NEAR(plan->interval, 30, 1e-6);
  EXPECT_LE(plan->makespan, 31);
}

TEST(PlanGraphAgain, GoesOnWithoutALimitThatNoPlanKeepsToAnyMore) {
  TaskGraph hot = apartOrTogether(2);
  PlanWishes wishes{.periodUs = 1, .latencyUs = 31};
  EXPECT_FALSE(planGraph(hot, wishes).ok());
  Result<Plan> plan = planGraphAgain(hot, wishes);
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_NEAR(plan->interval, 20, 1e-6);
}

} // namespace
} // namespace tandem
