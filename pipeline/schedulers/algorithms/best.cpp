// Ours for latency: the best of the list schedulers and of some variants, improved by search.

#include "pipeline/schedulers/algorithms/best.h"

#include "pipeline/schedulers/algorithms/list_schedulers.h"
#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/ranks.h"
#include "pipeline/schedulers/common/search.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>

namespace tandem {
namespace {

/// Work of looking ahead, in the units of SearchBudget: for each edge and processor, all
/// processors for the child.
double workOfLookahead(const Instance &instance) {
  double perEdge = 0;
  for (size_t task = 0; task < instance.tasks(); ++task)
    perEdge += static_cast<double>(instance.predecessors(task).size()) *
               static_cast<double>(instance.predecessors(task).size());
  double processors = static_cast<double>(instance.processors());
  return perEdge * processors * processors;
}

/// Each task where its finish time, the optimistic rest after it (weighted by `lookAhead`), and the
/// price of running it there rather than where it is cheapest are least together. Prices are those
/// of the fractional load's dual solution: where every processor is busy, earliest finish alone
/// spends their time badly.
ListSchedule pricedSchedule(const Instance &instance, const std::vector<size_t> &order,
                            const std::vector<double> &costs, const FractionalLoad &load,
                            double lookAhead, double price) {
  ListSchedule schedule(instance);
  double processors = static_cast<double>(instance.processors());
  for (size_t task : order) {
    size_t best = instance.choices(task)[0];
    double least = kCannotRun;
    for (uint32_t p : instance.choices(task)) {
      double taken = load.weights[p] * instance.duration(task, p) - load.shares[task];
      double total = schedule.earliest(task, p).finish +
                     lookAhead * costs[task * instance.processors() + p] +
                     price * processors * taken;
      if (total < least)
        least = total, best = p;
    }
    schedule.place(task, best);
  }
  return schedule;
}

std::vector<Solution> startingPoints(const Instance &instance, double budget) {
  std::vector<Solution> starts;
  auto add = [&](const ListSchedule &schedule) {
    starts.push_back(solutionOf(instance, schedule));
  };
  add(heftSchedule(instance));
  add(cpopSchedule(instance));
  add(peftSchedule(instance));
  if (workOfLookahead(instance) < budget)
    add(lookaheadSchedule(instance));
  std::vector<double> costs = optimisticCosts(instance);
  add(scheduleInOrder(instance, orderByPriority(instance, optimisticRanks(instance, costs))));
  // Where data are dear: everything on one processor, as far as it can.
  for (size_t p = 0; p < instance.processors(); ++p) {
    std::vector<int> fixed;
    for (size_t task = 0; task < instance.tasks(); ++task)
      fixed.push_back(instance.canRun(task, p) ? static_cast<int>(p) : -1);
    add(scheduleInOrder(instance, instance.order(), fixed));
  }
  FractionalLoad load = fractionalLoad(instance);
  std::vector<size_t> order = orderByPriority(instance, upwardRanks(instance));
  for (double lookAhead : {0.0, 0.5, 1.0})
    for (double price : {1.0, 3.0, 8.0, 16.0, 32.0})
      add(pricedSchedule(instance, order, costs, load, lookAhead, price));
  return starts;
}

} // namespace

ListSchedule bestSchedule(const Instance &instance, const ScheduleOptions &options) {
  double tasks = static_cast<double>(instance.tasks());
  double sweep = tasks + static_cast<double>(instance.graph().edges.size());
  // A few milliseconds for small graphs, and for large ones what a second has room for.
  constexpr double kSweepsPerTask = 60, kLeastWork = 2e5, kMostWork = 3e7;
  SearchBudget budget;
  budget.deadline = deadlineAfter(options.timeLimitMs);
  budget.work = options.effort * std::clamp(kSweepsPerTask * tasks * sweep, kLeastWork, kMostWork);
  budget.target = latencyBound(instance).value * (1 + kTimeTolerance);
  budget.seed = options.seed;
  std::vector<Solution> starts = startingPoints(instance, budget.work / 4);
  bool isPlain = instance.paths() == 0 && !instance.hasContention();
  Solution best =
      isPlain ? tabuSearch(instance, starts, budget) : orderSearch(instance, starts, budget);
  return scheduleInOrder(instance, best.order, best.processor);
}

void registerBest(SchedulerTable &table);
void registerBest(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "best";
  kind.summary = "the best of the list schedulers, then tabu search on the critical path";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &options) -> Result<Plan> {
    Instance instance(graph);
    return bestSchedule(instance, options).plan("best");
  };
  table.add(std::move(kind));
}

} // namespace tandem
