// The exact scheduler and the bounds against trying everything.

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/branch_and_bound.h"
#include "pipeline/schedulers/common/search.h"
#include "pipeline/schedulers/random_graph.h"
#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"
#include "pipeline/schedulers/test/odd_graphs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::test {
namespace {

/// The least makespan over every placement and every order of tasks and exclusive transfers, each
/// appended to what its processor or path did before. Shares nothing with the schedulers.
class TryEverything {
public:
  explicit TryEverything(const TaskGraph &graph)
      : graph_(graph), place_(graph.tasks.size()), finish_(graph.tasks.size(), -1),
        arrival_(graph.edges.size(), -1), free_(graph.processors.size()),
        pathFree_(graph.processors.size() * graph.processors.size()) {}

  double run() {
    place(0);
    return best_;
  }

private:
  void place(size_t task) {
    if (task == graph_.tasks.size())
      return order(0);
    for (size_t p = 0; p < graph_.processors.size(); ++p)
      if (graph_.canRun(task, p)) {
        place_[task] = p;
        place(task + 1);
      }
  }

  void order(double makespan) {
    bool all = true;
    for (size_t task = 0; task < graph_.tasks.size(); ++task) {
      if (finish_[task] >= 0)
        continue;
      all = false;
      double ready = free_[place_[task]];
      bool waits = false;
      for (size_t e = 0; e < graph_.edges.size(); ++e)
        if (graph_.edges[e].to == task && graph_.edges[e].distance == 0) {
          waits |= arrivalOf(e) < 0;
          ready = std::max(ready, arrivalOf(e));
        }
      if (waits)
        continue;
      double before = free_[place_[task]];
      finish_[task] = free_[place_[task]] = ready + graph_.duration(task, place_[task]);
      order(std::max(makespan, finish_[task]));
      finish_[task] = -1;
      free_[place_[task]] = before;
    }
    if (all) {
      best_ = std::min(best_, makespan);
      return;
    }
    for (size_t e = 0; e < graph_.edges.size(); ++e) {
      const TaskEdge &edge = graph_.edges[e];
      if (edge.distance > 0 || !isExclusive(e) || arrival_[e] >= 0 || finish_[edge.from] < 0)
        continue;
      double &path =
          pathFree_[static_cast<size_t>(graph_.path(place_[edge.from], place_[edge.to]))];
      double before = path;
      path = arrival_[e] = std::max(path, finish_[edge.from]) +
                           graph_.transfer(edge, place_[edge.from], place_[edge.to]);
      order(makespan);
      path = before;
      arrival_[e] = -1;
    }
  }

  bool isExclusive(size_t e) const {
    const TaskEdge &edge = graph_.edges[e];
    return graph_.path(place_[edge.from], place_[edge.to]) >= 0 &&
           graph_.transfer(edge, place_[edge.from], place_[edge.to]) > 0;
  }
  double arrivalOf(size_t e) const {
    const TaskEdge &edge = graph_.edges[e];
    if (isExclusive(e))
      return arrival_[e];
    if (finish_[edge.from] < 0)
      return -1;
    return finish_[edge.from] + graph_.transfer(edge, place_[edge.from], place_[edge.to]);
  }

  const TaskGraph &graph_;
  std::vector<size_t> place_;
  std::vector<double> finish_, arrival_, free_, pathFree_;
  double best_ = kCannotRun;
};

void compare(const TaskGraph &graph, const std::string &what) {
  double least = TryEverything(graph).run();
  Result<Plan> plan = allSchedulers().run("exact", graph);
  ASSERT_TRUE(plan.ok()) << what << plan.error().text();
  EXPECT_NEAR(plan->makespan, least, 1e-9 * (1 + least)) << what;
  EXPECT_TRUE(plan->optimal) << what;
  Instance instance(graph);
  EXPECT_LE(latencyBound(instance).value, least * (1 + kTimeTolerance)) << what;
  // Without the start that the list schedulers give, so that the search itself finds it.
  ExactResult alone = exactSearch(instance, kCannotRun, deadlineAfter(1e5));
  double found = 0;
  for (const PlannedTask &task : alone.tasks)
    found = std::max(found, task.finish);
  EXPECT_TRUE(alone.complete);
  EXPECT_NEAR(found, least, 1e-9 * (1 + least)) << what;
}

TEST(Exact, FindsWhatTryingEverythingFinds) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    OddTraits traits;
    traits.zeroCosts = seed % 2;
    traits.links = seed % 3 == 0;
    traits.dispatch = seed % 5 == 0;
    compare(oddGraph(1 + seed % 5, 1 + seed % 3, traits, seed), "seed " + std::to_string(seed));
  }
}

TEST(Exact, FindsWhatTryingEverythingFindsOfLargerGraphs) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    OddTraits traits;
    traits.zeroCosts = seed % 2;
    traits.links = seed % 4 == 1;
    TaskGraph graph = seed % 3 ? oddGraph(6, 2, traits, seed)
                               : randomGraph({7, 1, 2, seed % 2 ? 1.0 : 5.0, 0.5, 2}, seed);
    compare(graph, "larger " + std::to_string(seed));
  }
}

TEST(Exact, FindsItWithEqualProcessors) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    TaskGraph graph = oddGraph(5, 3, {false, seed % 2 == 0}, seed);
    for (Task &task : graph.tasks)
      task.cost.assign(3, task.cost[0]);
    compare(graph, "equal " + std::to_string(seed));
  }
}

TEST(Exact, FindsItWithExclusivePaths) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    OddTraits traits;
    traits.links = traits.paths = true;
    traits.zeroCosts = seed % 2;
    compare(oddGraph(2 + seed % 3, 2 + seed % 2, traits, seed), "paths " + std::to_string(seed));
  }
}

TEST(Exact, OnItsLimitSaysHowFarItMayBe) {
  TaskGraph graph = randomGraph({20, 1, 5, 5, 0.5, 4}, 3);
  ScheduleOptions options;
  options.timeLimitMs = 1;
  Result<Plan> plan = allSchedulers().run("exact", graph, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->optimal);
  EXPECT_GT(plan->gap(), 0);
  EXPECT_GT(plan->bound, 0);
}

TEST(Exact, OfManyTasksGivesTheBestPlanWithItsBound) {
  TaskGraph graph = randomGraph({100, 1, 3, 1, 0.5, 4}, 3);
  ScheduleOptions options;
  options.effort = 0.1;
  Result<Plan> plan = allSchedulers().run("exact", graph, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_GT(plan->bound, 0);
  EXPECT_LE(plan->makespan, allSchedulers().run("best", graph, options)->makespan);
}

TEST(Exact, UnderContentionTheBoundIsThatWithoutIt) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    OddTraits traits;
    traits.contention = true;
    TaskGraph graph = oddGraph(5, 3, traits, seed), free = graph;
    for (Task &task : free.tasks)
      task.memoryShare.clear();
    Result<Plan> plan = allSchedulers().run("exact", graph);
    ASSERT_TRUE(plan.ok());
    EXPECT_GE(plan->makespan, TryEverything(free).run() * (1 - kTimeTolerance));
    if (plan->optimal)
      EXPECT_NEAR(plan->makespan, plan->bound, kTimeTolerance * plan->bound);
  }
}

TEST(Bounds, ThePlanOfEqualPiecesReachesTheFractionalLoad) {
  TaskGraph graph = graphOf({{4, 4}, {4, 4}, {4, 4}, {4, 4}}, {});
  Bound bound = latencyBound(Instance(graph));
  EXPECT_NEAR(bound.value, 8, 1e-9);
  EXPECT_EQ(bound.reason, "load of the processors");
}

TEST(Bounds, TheFractionalLoadIsALinearProgramsOptimum) {
  TaskGraph each = graphOf({{1, 3}, {2, 1}}, {}); // each task where it is fast
  EXPECT_NEAR(fractionalLoad(Instance(each)).value, 1, 1e-9);
  // T2 on P1, and of T1 the part x there: 2 + 2 x = 3 (1 - x), so that x is a fifth.
  TaskGraph cut = graphOf({{2, 3}, {2, 6}}, {});
  EXPECT_NEAR(fractionalLoad(Instance(cut)).value, 2.4, 1e-9);
}

TEST(Bounds, SiblingsCannotAllRunBesideTheirChild) {
  // Three parents of one child: on its processor one after another, or with a transfer of 100.
  TaskGraph graph = graphOf({{5, 5, 5}, {5, 5, 5}, {5, 5, 5}, {1, 1, 1}},
                            {{1, 4, 100}, {2, 4, 100}, {3, 4, 100}});
  EXPECT_EQ(latencyBound(Instance(graph)).value, 16);
  EXPECT_EQ(allSchedulers().run("best", graph)->makespan, 16);
}

} // namespace
} // namespace tandem::test
