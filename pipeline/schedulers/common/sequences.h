#pragma once

#include "pipeline/schedulers/common/search.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// A solution as tabu search sees it: which tasks each processor runs in which order, everything
/// started as early as that allows, and for each task how long it takes from its finish to the end.
/// No allocation after construction.
class Sequences {
public:
  explicit Sequences(const Instance &instance);

  void assign(const Solution &solution);
  Solution solution() const;

  /// Takes the task out of its sequence and puts it before what is then at `place` of the
  /// processor's. False, and nothing has changed, when the orders would contradict the edges.
  bool move(uint32_t task, uint32_t processor, uint32_t place);

  double makespan() const { return makespan_; }
  uint32_t processor(uint32_t task) const { return processor_[task]; }
  uint32_t place(uint32_t task) const { return place_[task]; }
  const std::vector<uint32_t> &sequence(uint32_t processor) const { return sequences_[processor]; }
  double start(uint32_t task) const { return start_[task]; }
  double finish(uint32_t task) const { return finish_[task]; }
  /// From the task's finish to the end of the schedule, at least.
  double tail(uint32_t task) const { return tail_[task]; }
  double duration(uint32_t task) const { return finish_[task] - start_[task]; }
  /// What the edge's transfer takes as tasks are placed now.
  double transfer(uint32_t edge) const { return transfer_[edge]; }
  /// The tasks in an order that respects edges and sequences; a task's number in it.
  const std::vector<uint32_t> &order() const { return order_; }
  uint32_t rank(uint32_t task) const { return rank_[task]; }
  bool isCritical(uint32_t task) const {
    return finish_[task] + tail_[task] >= makespan_ * (1 - 1e-12);
  }

private:
  bool evaluate();
  void relocate(uint32_t task, uint32_t processor, uint32_t place);

  const Instance &instance_;
  std::vector<uint32_t> processor_, place_, order_, rank_, waitsFor_, predecessors_;
  std::vector<std::vector<uint32_t>> sequences_;
  std::vector<double> start_, finish_, tail_, transfer_;
  double makespan_ = 0;
};

} // namespace tandem
