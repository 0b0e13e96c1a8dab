// HEFT: Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task scheduling for
// heterogeneous computing", IEEE TPDS 13(3), 2002.

#include "pipeline/schedulers/algorithms/list_schedulers.h"
#include "pipeline/schedulers/scheduler.h"

namespace tandem {

ListSchedule heftSchedule(const Instance &instance) {
  return scheduleInOrder(instance, orderByPriority(instance, upwardRanks(instance)));
}

void registerHeft(SchedulerTable &table);
void registerHeft(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "heft";
  kind.summary = "longest way to the end first, each task where it is done first (Topcuoglu 2002)";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &) -> Result<Plan> {
    Instance instance(graph);
    std::vector<double> ranks = upwardRanks(instance);
    return listPlan(instance, heftSchedule(instance), "heft", ranks, {{"rank_u", ranks}});
  };
  table.add(std::move(kind));
}

} // namespace tandem
