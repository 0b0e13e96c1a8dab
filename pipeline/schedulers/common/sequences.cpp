#include "pipeline/schedulers/common/sequences.h"

#include <algorithm>

namespace tandem {

Sequences::Sequences(const Instance &instance)
    : instance_(instance), processor_(instance.tasks()), place_(instance.tasks()),
      order_(instance.tasks()), rank_(instance.tasks()), waitsFor_(instance.tasks()),
      predecessors_(instance.tasks()), sequences_(instance.processors()), start_(instance.tasks()),
      finish_(instance.tasks()), tail_(instance.tasks()), transfer_(instance.graph().edges.size()) {
  for (size_t task = 0; task < instance.tasks(); ++task)
    predecessors_[task] = static_cast<uint32_t>(instance.predecessors(task).size());
  for (auto &sequence : sequences_)
    sequence.reserve(instance.tasks());
}

void Sequences::assign(const Solution &solution) {
  for (auto &sequence : sequences_)
    sequence.clear();
  for (size_t task : solution.order) {
    auto processor = static_cast<uint32_t>(solution.processor[task]);
    processor_[task] = processor;
    place_[task] = static_cast<uint32_t>(sequences_[processor].size());
    sequences_[processor].push_back(static_cast<uint32_t>(task));
  }
  evaluate();
}

Solution Sequences::solution() const {
  Solution solution;
  solution.processor.assign(processor_.begin(), processor_.end());
  solution.order.assign(order_.begin(), order_.end());
  // By start, so that gaps are filled in order when the solution is carried out with insertion.
  std::sort(solution.order.begin(), solution.order.end(), [&](size_t a, size_t b) {
    return start_[a] != start_[b] ? start_[a] < start_[b] : rank_[a] < rank_[b];
  });
  solution.makespan = makespan_;
  return solution;
}

bool Sequences::move(uint32_t task, uint32_t processor, uint32_t place) {
  uint32_t oldProcessor = processor_[task], oldPlace = place_[task];
  relocate(task, processor, place);
  if (evaluate())
    return true;
  relocate(task, oldProcessor, oldPlace);
  evaluate();
  return false;
}

void Sequences::relocate(uint32_t task, uint32_t processor, uint32_t place) {
  auto &from = sequences_[processor_[task]];
  from.erase(from.begin() + place_[task]);
  for (uint32_t i = place_[task]; i < from.size(); ++i)
    place_[from[i]] = i;
  auto &to = sequences_[processor];
  to.insert(to.begin() + place, task);
  for (uint32_t i = place; i < to.size(); ++i)
    place_[to[i]] = i;
  processor_[task] = processor;
}

/// Starts, tails and an order, in one pass forward and one back. False on a cycle.
bool Sequences::evaluate() {
  size_t count = instance_.tasks(), known = 0, done = 0;
  for (uint32_t task = 0; task < count; ++task) {
    start_[task] = 0;
    waitsFor_[task] = predecessors_[task] + (place_[task] > 0 ? 1 : 0);
    if (waitsFor_[task] == 0)
      order_[known++] = task;
  }
  makespan_ = 0;
  for (; done < known; ++done) {
    uint32_t task = order_[done], here = processor_[task];
    rank_[task] = static_cast<uint32_t>(done);
    double finish = finish_[task] = start_[task] + instance_.duration(task, here);
    makespan_ = std::max(makespan_, finish);
    for (const auto &[after, edge] : instance_.successors(task)) {
      double transfer = transfer_[edge] = instance_.transfer(edge, here, processor_[after]);
      start_[after] = std::max(start_[after], finish + transfer);
      if (--waitsFor_[after] == 0)
        order_[known++] = after;
    }
    const std::vector<uint32_t> &sequence = sequences_[here];
    if (size_t next = place_[task] + 1; next < sequence.size()) {
      uint32_t after = sequence[next];
      start_[after] = std::max(start_[after], finish);
      if (--waitsFor_[after] == 0)
        order_[known++] = after;
    }
  }
  if (known < count)
    return false;
  for (size_t i = count; i-- > 0;) {
    uint32_t task = order_[i];
    double tail = 0;
    for (const auto &[after, edge] : instance_.successors(task))
      tail = std::max(tail, transfer_[edge] + duration(after) + tail_[after]);
    const std::vector<uint32_t> &sequence = sequences_[processor_[task]];
    if (size_t next = place_[task] + 1; next < sequence.size())
      tail = std::max(tail, duration(sequence[next]) + tail_[sequence[next]]);
    tail_[task] = tail;
  }
  return true;
}

} // namespace tandem
