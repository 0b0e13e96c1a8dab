#include "pipeline/schedulers/common/list_schedule.h"

#include "pipeline/schedulers/common/contention.h"

#include <algorithm>

namespace tandem {

ListSchedule::ListSchedule(const Instance &instance)
    : instance_(instance), processors_(instance.processors()), paths_(instance.paths()),
      placed_(instance.tasks()), processor_(instance.tasks()), start_(instance.tasks()),
      finish_(instance.tasks()) {}

/// When the data of all placed predecessors are there. On exclusive paths the transfers are
/// entered into the timelines, and stay at the end of transfers_.
double ListSchedule::ready(size_t task, size_t processor) {
  if (!paths_.empty())
    return sendOverPaths(task, processor);
  double ready = 0;
  for (const auto &[before, edge] : instance_.predecessors(task))
    if (placed_[before])
      ready = std::max(ready,
                       finish_[before] + instance_.transfer(edge, processor_[before], processor));
  return ready;
}

double ListSchedule::sendOverPaths(size_t task, size_t processor) {
  incoming_.clear();
  for (const Instance::Neighbour &neighbour : instance_.predecessors(task))
    if (placed_[neighbour.task])
      incoming_.push_back(neighbour);
  // First come, first served.
  std::sort(incoming_.begin(), incoming_.end(), [&](const auto &a, const auto &b) {
    return finish_[a.task] != finish_[b.task] ? finish_[a.task] < finish_[b.task] : a.edge < b.edge;
  });
  double ready = 0;
  for (const auto &[before, edge] : incoming_) {
    double duration = instance_.transfer(edge, processor_[before], processor);
    int path = instance_.path(processor_[before], processor);
    double start = finish_[before];
    if (path >= 0 && duration > 0) {
      start = paths_[static_cast<size_t>(path)].earliest(start, duration);
      paths_[static_cast<size_t>(path)].insert(start, start + duration);
      transfers_.push_back({edge, path, start, start + duration});
    }
    ready = std::max(ready, start + duration);
  }
  return ready;
}

ListSchedule::Slot ListSchedule::earliest(size_t task, size_t processor) {
  size_t before = transfers_.size();
  double duration = instance_.duration(task, processor);
  double start = processors_[processor].earliest(ready(task, processor), duration);
  for (; transfers_.size() > before; transfers_.pop_back())
    paths_[static_cast<size_t>(transfers_.back().path)].erase(transfers_.back().start,
                                                              transfers_.back().finish);
  return {start, start + duration};
}

size_t ListSchedule::fastest(size_t task) {
  size_t best = instance_.choices(task)[0];
  double least = kCannotRun;
  for (uint32_t processor : instance_.choices(task))
    if (double finish = earliest(task, processor).finish; finish < least)
      least = finish, best = processor;
  return best;
}

void ListSchedule::place(size_t task, size_t processor) {
  history_.push_back(task);
  transfersBefore_.push_back(transfers_.size());
  double duration = instance_.duration(task, processor);
  start_[task] = processors_[processor].earliest(ready(task, processor), duration);
  finish_[task] = start_[task] + duration;
  processor_[task] = processor;
  placed_[task] = 1;
  processors_[processor].insert(start_[task], finish_[task]);
}

void ListSchedule::undo() {
  size_t task = history_.back();
  processors_[processor_[task]].erase(start_[task], finish_[task]);
  placed_[task] = 0;
  for (; transfers_.size() > transfersBefore_.back(); transfers_.pop_back())
    paths_[static_cast<size_t>(transfers_.back().path)].erase(transfers_.back().start,
                                                              transfers_.back().finish);
  history_.pop_back();
  transfersBefore_.pop_back();
}

void ListSchedule::clear() {
  for (Timeline &timeline : processors_)
    timeline.clear();
  for (Timeline &timeline : paths_)
    timeline.clear();
  std::fill(placed_.begin(), placed_.end(), 0);
  history_.clear();
  transfersBefore_.clear();
  transfers_.clear();
}

double ListSchedule::makespan() const {
  double latest = 0;
  for (size_t task : history_)
    latest = std::max(latest, finish_[task]);
  return latest;
}

Plan ListSchedule::plan(std::string_view scheduler) const {
  Plan plan;
  plan.scheduler = scheduler;
  for (size_t task = 0; task < instance_.tasks(); ++task)
    plan.tasks.push_back({task, 0, processor_[task], start_[task], finish_[task]});
  for (const Transfer &transfer : transfers_)
    plan.transfers.push_back({transfer.edge, 0, transfer.start, transfer.finish});
  completeLatencyPlan(instance_, plan);
  return plan;
}

ListSchedule scheduleInOrder(const Instance &instance, const std::vector<size_t> &order,
                             const std::vector<int> &fixed) {
  ListSchedule schedule(instance);
  for (size_t task : order) {
    bool isFixed = !fixed.empty() && fixed[task] >= 0;
    schedule.place(task, isFixed ? static_cast<size_t>(fixed[task]) : schedule.fastest(task));
  }
  return schedule;
}

} // namespace tandem
