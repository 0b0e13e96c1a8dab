// Lookahead: Bittencourt, Sakellariou, Madeira, "DAG scheduling using a lookahead variant of the
// heterogeneous earliest finish time algorithm", Euromicro PDP 2010.

#include "pipeline/schedulers/algorithms/list_schedulers.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>

namespace tandem {
namespace {

/// The largest finish time of the task's children when they are placed one after another by HEFT's
/// rule, given what is placed of their parents; the task's own without children. Nothing stays
/// placed.
double finishOfChildren(ListSchedule &schedule, size_t task, const std::vector<size_t> &children) {
  double largest = schedule.finish(task);
  for (size_t child : children) {
    schedule.place(child, schedule.fastest(child));
    largest = std::max(largest, schedule.finish(child));
  }
  for (size_t i = 0; i < children.size(); ++i)
    schedule.undo();
  return largest;
}

} // namespace

ListSchedule lookaheadSchedule(const Instance &instance) {
  std::vector<size_t> order = orderByPriority(instance, upwardRanks(instance));
  std::vector<size_t> place(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    place[order[i]] = i;
  ListSchedule schedule(instance);
  for (size_t task : order) {
    std::vector<size_t> children;
    for (const auto &[child, edge] : instance.successors(task))
      children.push_back(child);
    std::sort(children.begin(), children.end(),
              [&](size_t a, size_t b) { return place[a] < place[b]; });
    size_t best = instance.choices(task)[0];
    double least = kCannotRun;
    for (uint32_t processor : instance.choices(task)) {
      schedule.place(task, processor);
      double largest = finishOfChildren(schedule, task, children);
      schedule.undo();
      if (largest < least)
        least = largest, best = processor;
    }
    schedule.place(task, best);
  }
  return schedule;
}

void registerLookahead(SchedulerTable &table);
void registerLookahead(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "lookahead";
  kind.summary = "HEFT's order, where the children are done first (Bittencourt 2010)";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &) -> Result<Plan> {
    Instance instance(graph);
    std::vector<double> ranks = upwardRanks(instance);
    return listPlan(instance, lookaheadSchedule(instance), "lookahead", ranks, {{"rank_u", ranks}});
  };
  table.add(std::move(kind));
}

} // namespace tandem
