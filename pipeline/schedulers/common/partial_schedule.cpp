#include "pipeline/schedulers/common/partial_schedule.h"

namespace tandem {

PartialSchedule::PartialSchedule(const Instance &instance)
    : instance_(instance), waitsFor_(instance.tasks()), feeds_(instance.tasks()),
      processor_(instance.tasks(), kUndecided), start_(instance.tasks()), finish_(instance.tasks()),
      free_(instance.processors()), pathFree_(instance.paths()),
      arrival_(instance.graph().edges.size(), kCannotRun), done_(instance.tasks()),
      rank_(instance.tasks()), equalTo_(instance.processors(), kUndecided) {
  for (size_t task = 0; task < instance.tasks(); ++task) {
    waitsFor_[task] = static_cast<uint32_t>(instance.predecessors(task).size());
    feeds_[task] = static_cast<uint32_t>(instance.successors(task).size());
  }
  for (size_t i = 0; i < instance.order().size(); ++i)
    rank_[instance.order()[i]] = i;
  for (uint32_t p = 0; p < instance.processors(); ++p)
    for (uint32_t other = 0; other < p; ++other)
      if (areEqual(other, p))
        equalTo_[p] = other;
}

bool PartialSchedule::areEqual(uint32_t a, uint32_t b) const {
  for (size_t task = 0; task < instance_.tasks(); ++task)
    if (instance_.duration(task, a) != instance_.duration(task, b))
      return false;
  const auto &links = instance_.graph().links;
  auto same = [](const Link &x, const Link &y) {
    return x.latency == y.latency && x.perByte == y.perByte && x.path < 0 && y.path < 0;
  };
  for (size_t other = 0; other < links.size(); ++other)
    if (other != a && other != b &&
        !(same(links[a][other], links[b][other]) && same(links[other][a], links[other][b])))
      return false;
  return links.empty() || same(links[a][b], links[b][a]);
}

/// A used processor is told apart from its equals by what it did.
bool PartialSchedule::isSuperfluous(uint32_t processor) const {
  for (uint32_t equal = equalTo_[processor]; equal != kUndecided; equal = equalTo_[equal])
    if (!used(equal) && !used(processor))
      return true;
  return false;
}

double PartialSchedule::arrivalAt(uint32_t before, uint32_t edge, uint32_t processor) const {
  uint32_t from = processor_[before];
  if (!mustBeSent(edge, from, processor))
    return finish_[before] + instance_.transfer(edge, from, processor);
  if (arrival_[edge] != kCannotRun)
    return arrival_[edge];
  double begin = std::max({finish_[before], lastStart_,
                           pathFree_[static_cast<size_t>(instance_.path(from, processor))]});
  return begin + instance_.transfer(edge, from, processor);
}

void PartialSchedule::listTasks(std::vector<Operation> &list) const {
  for (uint32_t task = 0; task < instance_.tasks(); ++task) {
    if (done_[task] || waitsFor_[task] > 0)
      continue;
    for (uint32_t here : instance_.choices(task)) {
      if (!mayRunOn(task, here) || isSuperfluous(here))
        continue;
      double start = free_[here];
      bool isWaiting = false;
      for (const auto &[before, edge] : instance_.predecessors(task)) {
        if (mustBeSent(edge, processor_[before], here) && arrival_[edge] == kCannotRun)
          isWaiting = true;
        else
          start = std::max(start, arrivalAt(before, edge, here));
      }
      if (!isWaiting)
        list.push_back(
            {task, here, Operation::kNoEdge, start, start + instance_.duration(task, here)});
    }
  }
}

void PartialSchedule::listTransfers(std::vector<Operation> &list) const {
  const std::vector<TaskEdge> &edges = instance_.graph().edges;
  for (uint32_t edge = 0; edge < (pathFree_.empty() ? 0 : edges.size()); ++edge) {
    auto from = static_cast<uint32_t>(edges[edge].from), to = static_cast<uint32_t>(edges[edge].to);
    if (edges[edge].distance > 0 || !done_[from] || done_[to] || arrival_[edge] != kCannotRun)
      continue;
    for (uint32_t here : instance_.choices(to)) {
      if (!mayRunOn(to, here) || !mustBeSent(edge, processor_[from], here))
        continue;
      auto path = static_cast<size_t>(instance_.path(processor_[from], here));
      double start = std::max(finish_[from], pathFree_[path]);
      list.push_back(
          {to, here, edge, start, start + instance_.transfer(edge, processor_[from], here)});
    }
  }
}

bool PartialSchedule::isOutOfOrder(const Operation &operation) const {
  if (operation.start < lastStart_)
    return true;
  // Of tasks that start together and take time, the order does not matter: one is enough.
  return operation.start == lastStart_ && operation.edge == Operation::kNoEdge &&
         lastTask_ != kUndecided && operation.finish > operation.start &&
         finish_[lastTask_] > start_[lastTask_] && rank_[operation.task] < rank_[lastTask_];
}

/// When the processor, or for a transfer the path, is free.
double &PartialSchedule::resourceOf(const Operation &one) {
  if (one.edge == Operation::kNoEdge)
    return free_[one.processor];
  size_t from = instance_.graph().edges[one.edge].from;
  return pathFree_[static_cast<size_t>(instance_.path(processor_[from], one.processor))];
}

PartialSchedule::Before PartialSchedule::apply(const Operation &one) {
  double &resource = resourceOf(one);
  Before before{lastStart_,           makespan_, resource, sumOfStarts_, lastTask_,
                processor_[one.task], uses_};
  resource = one.finish;
  lastStart_ = one.start;
  processor_[one.task] = one.processor;
  sumOfStarts_ += one.start;
  uses_ |= uint64_t{1} << (one.processor % 64);
  if (one.edge != Operation::kNoEdge) {
    arrival_[one.edge] = one.finish;
    lastTask_ = kUndecided;
    return before;
  }
  lastTask_ = one.task;
  start_[one.task] = one.start;
  finish_[one.task] = one.finish;
  makespan_ = std::max(makespan_, one.finish);
  settle(one, 1);
  return before;
}

void PartialSchedule::takeBack(const Operation &one, const Before &before) {
  resourceOf(one) = before.free;
  if (one.edge != Operation::kNoEdge)
    arrival_[one.edge] = kCannotRun;
  else
    settle(one, -1);
  sumOfStarts_ = before.sumOfStarts;
  processor_[one.task] = before.processor;
  lastStart_ = before.lastStart;
  makespan_ = before.makespan;
  lastTask_ = before.lastTask;
  uses_ = before.uses;
}

/// The counts that a task's start changes; direction -1 changes them back.
void PartialSchedule::settle(const Operation &one, int direction) {
  done_[one.task] = direction > 0;
  doneCount_ += static_cast<size_t>(direction);
  for (const auto &[after, edge] : instance_.successors(one.task))
    waitsFor_[after] -= static_cast<uint32_t>(direction);
  for (const auto &[before, edge] : instance_.predecessors(one.task))
    feeds_[before] -= static_cast<uint32_t>(direction);
}

} // namespace tandem
