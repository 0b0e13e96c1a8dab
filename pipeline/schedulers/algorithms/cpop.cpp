// CPOP, critical path on a processor: the second algorithm of Topcuoglu, Hariri, Wu, IEEE TPDS
// 13(3), 2002.

#include "pipeline/schedulers/algorithms/list_schedulers.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>

namespace tandem {
namespace {

/// From an entry task with the highest priority on, always to a successor that has it as well.
std::vector<size_t> criticalPath(const Instance &instance, const std::vector<double> &priority) {
  std::vector<double> key = withoutRounding(priority);
  double highest = *std::max_element(key.begin(), key.end());
  std::vector<size_t> path;
  for (size_t task = 0; task < instance.tasks() && path.empty(); ++task)
    if (instance.predecessors(task).empty() && key[task] == highest)
      path.push_back(task);
  while (!path.empty()) {
    std::span<const Instance::Neighbour> after = instance.successors(path.back());
    auto next = std::find_if(after.begin(), after.end(),
                             [&](const auto &to) { return key[to.task] == highest; });
    if (next == after.end())
      break;
    path.push_back(next->task);
  }
  return path;
}

/// The processor that runs the path in the least time; -1 when none can run all of it.
int criticalProcessor(const Instance &instance, const std::vector<size_t> &path) {
  int best = -1;
  double least = kCannotRun;
  for (size_t processor = 0; processor < instance.processors(); ++processor) {
    double sum = 0;
    for (size_t task : path)
      sum += instance.duration(task, processor);
    if (sum < least)
      least = sum, best = static_cast<int>(processor);
  }
  return best;
}

} // namespace

/// Both ranks together: the longest way through each task.
static std::vector<double> priorities(const Instance &instance) {
  std::vector<double> priority = upwardRanks(instance), down = downwardRanks(instance);
  for (size_t task = 0; task < instance.tasks(); ++task)
    priority[task] += down[task];
  return priority;
}

ListSchedule cpopSchedule(const Instance &instance) {
  std::vector<double> priority = priorities(instance);
  std::vector<size_t> path = criticalPath(instance, priority);
  std::vector<int> fixed(instance.tasks(), -1);
  int processor = criticalProcessor(instance, path);
  for (size_t task : path)
    fixed[task] = processor;
  return scheduleInOrder(instance, orderByPriority(instance, priority), fixed);
}

void registerCpop(SchedulerTable &table);
void registerCpop(SchedulerTable &table) {
  SchedulerKind kind;
  kind.name = "cpop";
  kind.summary = "the critical path on the one processor that runs it fastest (Topcuoglu 2002)";
  kind.schedule = [](const TaskGraph &graph, const ScheduleOptions &) -> Result<Plan> {
    Instance instance(graph);
    return listPlan(instance, cpopSchedule(instance), "cpop", priorities(instance),
                    {{"rank_u", upwardRanks(instance)}, {"rank_d", downwardRanks(instance)}});
  };
  table.add(std::move(kind));
}

} // namespace tandem
