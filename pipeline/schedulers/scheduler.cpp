#include "pipeline/schedulers/scheduler.h"

#include "pipeline/schedulers/common/bounds.h"

namespace tandem {

const SchedulerKind *SchedulerTable::find(std::string_view name) const {
  for (const SchedulerKind &kind : kinds_)
    if (kind.name == name)
      return &kind;
  return nullptr;
}

static std::string_view objectiveName(Objective objective) {
  return objective == Objective::kLatency ? "latency" : "throughput";
}

std::vector<std::string> SchedulerTable::names() const {
  std::vector<std::string> names;
  for (const SchedulerKind &kind : kinds_)
    names.push_back(kind.name);
  return names;
}

SchedulerChoice SchedulerTable::choose(std::string_view name, std::string_view objective,
                                       Objective otherwise) const {
  const SchedulerKind *kind = find(name);
  Objective chosen = !objective.empty() ? (objective == "throughput" ? Objective::kThroughput
                                                                     : Objective::kLatency)
                     : kind             ? kind->objective
                                        : otherwise;
  if (name.empty())
    name = chosen == Objective::kThroughput ? "throughput" : "best";
  return {std::string(name), chosen};
}

Status SchedulerTable::check(const SchedulerChoice &choice) const {
  const SchedulerKind *kind = find(choice.name);
  if (!kind) {
    std::string names;
    for (const SchedulerKind &one : kinds_)
      names += (names.empty() ? "" : ", ") + one.name;
    return Error(Code::kNotFound, "", "no scheduler is called '", choice.name, "', only ", names);
  }
  if (kind->objective != choice.objective)
    return Error(Code::kInvalidArgument, "", "scheduler '", choice.name, "' plans for ",
                 objectiveName(kind->objective), ", not for ", objectiveName(choice.objective));
  return {};
}

Result<Plan> SchedulerTable::run(std::string_view name, const TaskGraph &graph,
                                 const ScheduleOptions &options) const {
  TANDEM_RETURN_IF_ERROR(check({std::string(name), options.objective}));
  const SchedulerKind *kind = find(name);
  TANDEM_RETURN_IF_ERROR(checkTaskGraph(graph, ""));
  TANDEM_ASSIGN_OR_RETURN(Plan plan, kind->schedule(graph, options));
  plan.scheduler = name;
  Instance instance(graph);
  Bound bound = options.objective == Objective::kLatency
                    ? latencyBound(instance)
                    : intervalBound(instance, options.mostFramesInFlight);
  if (bound.value > plan.bound) {
    plan.bound = bound.value;
    plan.boundReason = bound.reason;
  }
  if (plan.objectiveValue() <= plan.bound * (1 + kTimeTolerance)) {
    plan.optimal = true;
    plan.bound = plan.objectiveValue(); // the same but for rounding
  }
  TANDEM_RETURN_IF_ERROR(checkPlan(graph, plan));
  return plan;
}

const SchedulerTable &allSchedulers() {
  static const SchedulerTable table = [] {
    SchedulerTable all;
    registerAllSchedulers(all);
    return all;
  }();
  return table;
}

} // namespace tandem
