// PEFT: Arabnejad, Barbosa, "List scheduling algorithm for heterogeneous systems by an optimistic
// cost table", IEEE TPDS 25(3), 2014.

#include "pipeline/schedulers/algorithms/list_schedulers.h"
#include "pipeline/schedulers/scheduler.h"

namespace tandem {

ListSchedule peftSchedule(const Instance &instance) {
  std::vector<double> costs = optimisticCosts(instance);
  ListSchedule schedule(instance);
  for (size_t task : orderByPriority(instance, optimisticRanks(instance, costs))) {
    size_t best = instance.choices(task)[0];
    double least = kCannotRun;
    for (uint32_t processor : instance.choices(task)) {
      double finish = schedule.earliest(task, processor).finish +
                      costs[task * instance.processors() + processor];
      if (finish < least)
        least = finish, best = processor;
    }
    schedule.place(task, best);
  }
  return schedule;
}

void registerPeft(SchedulerTable &table);
void registerPeft(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "peft";
  kind.summary = "where finish time and optimistic rest are least (Arabnejad, Barbosa 2014)";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &) -> Result<Plan> {
    Instance instance(graph);
    std::vector<double> ranks = optimisticRanks(instance, optimisticCosts(instance));
    return listPlan(instance, peftSchedule(instance), "peft", ranks, {{"rank_oct", ranks}});
  };
  table.add(std::move(kind));
}

} // namespace tandem
