// The least makespan with a proof, for small graphs: branch and bound from what "best" found.

#include "pipeline/schedulers/algorithms/best.h"
#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/branch_and_bound.h"
#include "pipeline/schedulers/common/contention.h"
#include "pipeline/schedulers/common/search.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>

namespace tandem {
namespace {

Plan exactPlan(const TaskGraph &graph, const ScheduleOptions &options) {
  auto deadline = deadlineAfter(options.timeLimitMs);
  Instance instance(graph);
  ScheduleOptions half = options;
  half.timeLimitMs /= 2;
  ListSchedule start = bestSchedule(instance, half);
  Plan plan = start.plan("exact");
  Bound bound = latencyBound(instance);
  plan.bound = bound.value;
  plan.boundReason = bound.reason;
  if (instance.tasks() > kMostExactTasks || instance.processors() > 64)
    return plan;
  // Contention can only make plans longer, so that what holds without it bounds what holds with it.
  ExactResult result = exactSearch(instance, start.makespan(), deadline);
  if (!result.tasks.empty()) {
    Plan found = plan;
    found.tasks = std::move(result.tasks);
    found.transfers = std::move(result.transfers);
    completeLatencyPlan(instance, found);
    if (found.makespan < plan.makespan)
      plan = std::move(found);
  }
  if (result.bound > plan.bound) {
    plan.bound = std::min(result.bound, plan.makespan);
    plan.boundReason = result.complete ? "exhaustive search" : "search cut short";
  }
  plan.optimal = plan.makespan <= plan.bound * (1 + kTimeTolerance);
  return plan;
}

} // namespace

void registerExact(SchedulerTable &table);
void registerExact(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "exact";
  kind.summary = "branch and bound: proves the least makespan, to about 20 tasks";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &options) -> Result<Plan> {
    return exactPlan(graph, options);
  };
  table.add(std::move(kind));
}

} // namespace tandem
