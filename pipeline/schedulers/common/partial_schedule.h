#pragma once

#include "pipeline/schedulers/common/instance.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tandem {

/// What may start next: a task, or with `edge` the transfer over an exclusive path to the processor
/// that its consumer will run on.
struct Operation {
  static constexpr uint32_t kNoEdge = UINT32_MAX;
  uint32_t task, processor;
  uint32_t edge = kNoEdge;
  double start = 0, finish = 0;
  double estimate = 0; ///< of the makespan, at least; left to the search
};

/// The state of a search that starts one operation after another, in order of start times: what has
/// started so far, and what may be next. Operations can be taken back in reverse.
class PartialSchedule {
public:
  static constexpr uint32_t kUndecided = UINT32_MAX;

  explicit PartialSchedule(const Instance &instance);

  bool isComplete() const { return doneCount_ == instance_.tasks(); }
  bool isDone(size_t task) const { return done_[task]; }
  double start(size_t task) const { return start_[task]; }
  double finish(size_t task) const { return finish_[task]; }
  /// kUndecided until it runs there, or its data are on their way there.
  uint32_t processor(size_t task) const { return processor_[task]; }
  /// Successors that have not started.
  uint32_t feeds(size_t task) const { return feeds_[task]; }
  /// When the edge's data come over their exclusive path; kCannotRun: they are not sent.
  double arrival(size_t edge) const { return arrival_[edge]; }
  double lastStart() const { return lastStart_; }
  double makespan() const { return makespan_; }
  double sumOfStarts() const { return sumOfStarts_; }
  size_t paths() const { return pathFree_.size(); }

  /// From when on something may start there, given that nothing starts before the last one did.
  double free(uint32_t processor) const { return std::max(free_[processor], lastStart_); }
  double pathFree(size_t path) const { return std::max(pathFree_[path], lastStart_); }
  bool mayRunOn(uint32_t task, uint32_t processor) const {
    return processor_[task] == kUndecided ? instance_.canRun(task, processor)
                                          : processor_[task] == processor;
  }
  /// When the data of an edge whose producer is done can be on a processor, at least.
  double arrivalAt(uint32_t before, uint32_t edge, uint32_t processor) const;

  /// Appends the tasks that could start, each where it could, at the earliest; of equal processors
  /// that have done nothing only on the first.
  void listTasks(std::vector<Operation> &list) const;
  /// Appends the transfers over exclusive paths that could start.
  void listTransfers(std::vector<Operation> &list) const;
  /// Whether the operation could have started before the last one; then it has been tried there.
  bool isOutOfOrder(const Operation &operation) const;

  /// What takeBack() needs to know.
  struct Before {
    double lastStart, makespan, free, sumOfStarts;
    uint32_t lastTask, processor;
    uint64_t uses;
  };
  Before apply(const Operation &operation);
  void takeBack(const Operation &operation, const Before &before);

private:
  bool areEqual(uint32_t a, uint32_t b) const;
  bool isSuperfluous(uint32_t processor) const;
  bool used(uint32_t processor) const { return uses_ & (uint64_t{1} << (processor % 64)); }
  bool mustBeSent(uint32_t edge, uint32_t from, uint32_t to) const {
    return instance_.path(from, to) >= 0 && instance_.transfer(edge, from, to) > 0;
  }
  double &resourceOf(const Operation &operation);
  void settle(const Operation &operation, int direction);

  const Instance &instance_;
  std::vector<uint32_t> waitsFor_, feeds_, processor_;
  std::vector<double> start_, finish_, free_, pathFree_, arrival_;
  std::vector<char> done_;
  double lastStart_ = 0, makespan_ = 0, sumOfStarts_ = 0;
  uint32_t lastTask_ = kUndecided; // kUndecided after a transfer
  size_t doneCount_ = 0;
  uint64_t uses_ = 0;             // processors that did something, bit by bit
  std::vector<size_t> rank_;      // of tasks, in topological order
  std::vector<uint32_t> equalTo_; // the nearest equal processor before it
};

} // namespace tandem
