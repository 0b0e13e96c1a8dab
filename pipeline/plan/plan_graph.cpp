#include "pipeline/plan/plan_graph.h"

#include "pipeline/plan/measured_graph.h"
#include "pipeline/schedulers/scheduler.h"

namespace tandem {

Result<Plan> planGraph(const TaskGraph &graph, const PlanWishes &wishes) {
  ScheduleOptions options;
  SchedulerChoice choice =
      allSchedulers().choose(wishes.scheduler, wishes.objective, Objective::kThroughput);
  options.objective = choice.objective;
  if (choice.objective == Objective::kThroughput) {
    options.mostFramesInFlight = wishes.framesInFlight;
    options.mostLatency = mostMakespan(graph, wishes.latencyUs);
    options.mostBytes = wishes.bytes;
    TANDEM_RETURN_IF_ERROR(requireLatencyOfSomePlan(graph, wishes.latencyUs));
  }
  TANDEM_ASSIGN_OR_RETURN(Plan plan, allSchedulers().run(choice.name, graph, options));
  TANDEM_RETURN_IF_ERROR(requirePace(graph, plan, wishes.periodUs, wishes.latencyUs));
  return plan;
}

Result<Plan> planGraphAgain(const TaskGraph &graph, PlanWishes wishes) {
  wishes.periodUs = 0; // what is refused at the start is no reason to stop on the way
  Result<Plan> plan = planGraph(graph, wishes);
  if (plan.ok() || wishes.latencyUs <= 0)
    return plan;
  wishes.latencyUs = 0;
  return planGraph(graph, wishes);
}

} // namespace tandem
