// What every scheduler must hold to, on graphs of every sort. SchedulerTable::run() lets
// checkPlan() see each plan, so that ok() says that it is right.

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/random_graph.h"
#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"
#include "pipeline/schedulers/test/odd_graphs.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::HasSubstr;

/// Every scheduler's plan; the name of each that fails is in the message.
void planWithAll(const TaskGraph &graph, const std::string &what, double effort = 0.1) {
  double best = kCannotRun, lists = kCannotRun, exact = kCannotRun;
  for (const SchedulerKind &kind : allSchedulers().kinds()) {
    ScheduleOptions options;
    options.objective = kind.objective;
    options.effort = effort;
    options.timeLimitMs = kind.name == "exact" ? 1'000 : 1e6;
    options.mostFrames = 3;
    Result<Plan> plan = allSchedulers().run(kind.name, graph, options);
    ASSERT_TRUE(plan.ok()) << kind.name << ", " << what << ": " << plan.error().text();
    EXPECT_EQ(plan->scheduler, kind.name);
    if (kind.name == "best")
      best = plan->makespan;
    else if (kind.name == "exact")
      exact = plan->makespan;
    else if (kind.objective == Objective::kLatency)
      lists = std::min(lists, plan->makespan);
  }
  EXPECT_LE(best, lists * (1 + kTimeTolerance)) << what;
  EXPECT_LE(exact, best * (1 + kTimeTolerance)) << what;
}

TEST(AllSchedulers, AreThere) {
  std::vector<std::string> names;
  for (const SchedulerKind &kind : allSchedulers().kinds())
    names.push_back(kind.name);
  EXPECT_THAT(names, ::testing::IsSupersetOf(
                         {"best", "cpop", "exact", "heft", "lookahead", "peft", "throughput"}));
}

TEST(AllSchedulers, PlanTheGraphsOfTheLiterature) {
  planWithAll(topcuogluGraph(), "topcuoglu");
  planWithAll(arabnejadGraph(), "arabnejad");
}

TEST(AllSchedulers, PlanASingleTask) {
  planWithAll(graphOf({{3, 2}}, {}), "one task");
  planWithAll(graphOf({{0, 0}}, {}), "one task of no cost");
  planWithAll(graphOf({{kCannotRun, 7}}, {}), "one task on one of two processors");
}

TEST(AllSchedulers, PlanGraphsOfEverySort) {
  for (uint64_t seed = 0; seed < 12; ++seed)
    for (size_t tasks : {2, 5, 9})
      for (size_t processors : {1, 2, 4}) {
        OddTraits traits;
        traits.links = seed % 2;
        traits.dispatch = seed % 3 == 0;
        traits.carried = seed % 3 == 1;
        planWithAll(oddGraph(tasks, processors, traits, seed), "odd " + std::to_string(seed));
      }
}

TEST(AllSchedulers, PlanWithExclusivePaths) {
  for (uint64_t seed = 0; seed < 15; ++seed) {
    OddTraits traits;
    traits.links = traits.paths = true;
    traits.carried = seed % 2;
    planWithAll(oddGraph(3 + seed % 6, 2 + seed % 3, traits, seed),
                "paths " + std::to_string(seed));
  }
}

TEST(AllSchedulers, PlanWithContention) {
  for (uint64_t seed = 0; seed < 15; ++seed) {
    OddTraits traits;
    traits.contention = true;
    traits.links = traits.paths = seed % 2;
    planWithAll(oddGraph(3 + seed % 6, 2 + seed % 3, traits, seed),
                "contention " + std::to_string(seed), 0.03);
  }
}

TEST(AllSchedulers, PlanWithArrivals) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    TaskGraph graph = oddGraph(4, 3, {}, seed);
    graph.arrivalPeriod = static_cast<double>(1 + seed * 7);
    planWithAll(graph, "arrivals " + std::to_string(seed));
  }
}

TEST(AllSchedulers, GiveTheSamePlanEveryTime) {
  TaskGraph graph = randomGraph({40, 1, 3, 1, 0.5, 4}, 5);
  for (const SchedulerKind &kind : allSchedulers().kinds()) {
    if (kind.name == "exact")
      continue; // it may run into its time limit
    ScheduleOptions options;
    options.objective = kind.objective;
    options.effort = 0.2;
    options.timeLimitMs = 1e6;
    Result<Plan> first = allSchedulers().run(kind.name, graph, options);
    Result<Plan> second = allSchedulers().run(kind.name, graph, options);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(placesOf(graph, *first), placesOf(graph, *second)) << kind.name;
  }
}

TEST(AllSchedulers, RefuseWhatTheyCannotPlan) {
  TaskGraph graph = graphOf({{1, 1}, {1, 1}}, {{1, 2, 0}, {2, 1, 0}});
  Result<Plan> cyclic = allSchedulers().run("heft", graph);
  ASSERT_FALSE(cyclic.ok());
  EXPECT_EQ(cyclic.error().message, "edges: they form a cycle: T1 to T2 to T1");
  Result<Plan> unknown = allSchedulers().run("hefty", topcuogluGraph());
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, Code::kNotFound);
  EXPECT_THAT(unknown.error().message, HasSubstr("no scheduler is called 'hefty', only best, "));
  ScheduleOptions options;
  options.objective = Objective::kThroughput;
  Result<Plan> other = allSchedulers().run("heft", topcuogluGraph(), options);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().message, "scheduler 'heft' plans for latency, not for throughput");
}

} // namespace
} // namespace tandem::test
