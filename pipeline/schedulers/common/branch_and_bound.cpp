#include "pipeline/schedulers/common/branch_and_bound.h"

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/dominance.h"
#include "pipeline/schedulers/common/partial_schedule.h"
#include "pipeline/schedulers/common/siblings.h"

#include <algorithm>

namespace tandem {
namespace {

class BranchAndBound {
public:
  BranchAndBound(const Instance &instance, double incumbent,
                 std::chrono::steady_clock::time_point deadline)
      : instance_(instance), deadline_(deadline), incumbent_(incumbent), seen_(kTableBytes),
        rests_(leastRests(instance)), load_(fractionalLoad(instance)), state_(instance),
        earliest_(instance.tasks() * instance.processors()),
        levels_(instance.tasks() + instance.graph().edges.size() + 1) {
    for (double share : load_.shares)
      workLeft_ += share;
  }

  ExactResult run() {
    double root = bound();
    lowestOpen_ = kCannotRun;
    if (root < cut())
      expand(0, root);
    result_.complete = !stopped_;
    result_.bound = std::min(incumbent_, stopped_ ? std::max(root, lowestOpen_) : incumbent_);
    return std::move(result_);
  }

private:
  static constexpr size_t kTableBytes = size_t{192} << 20;

  double cut() const { return incumbent_ * (1 - kTimeTolerance); }

  /// No completion of the state has less makespan. Leaves the earliest finishes in earliest_.
  double bound() {
    size_t processors = instance_.processors();
    double longest = state_.makespan();
    for (size_t t : instance_.order()) {
      if (state_.isDone(t))
        continue;
      auto task = static_cast<uint32_t>(t);
      double least = kCannotRun;
      for (uint32_t here : instance_.choices(t)) {
        double &finish = earliest_[t * processors + here];
        finish = kCannotRun;
        if (!state_.mayRunOn(task, here))
          continue;
        double ready = state_.free(here);
        siblings_.clear();
        for (const auto &[before, edge] : instance_.predecessors(t)) {
          if (state_.isDone(before))
            ready = std::max(ready, state_.arrivalAt(before, edge, here));
          else
            addSibling(before, edge, here);
        }
        ready = std::max(ready, siblings_.ready(state_.free(here)));
        finish = ready + instance_.duration(t, here);
        least = std::min(least, finish + rests_[t * processors + here]);
      }
      longest = std::max(longest, least);
    }
    return std::max(longest, loadBound());
  }

  /// A predecessor that has not started: done elsewhere and sent here, or done here.
  void addSibling(uint32_t before, uint32_t edge, uint32_t here) {
    const double *finishes = &earliest_[before * instance_.processors()];
    double remote = kCannotRun;
    for (uint32_t there : instance_.choices(before))
      if (there != here)
        remote = std::min(remote, finishes[there] + instance_.transfer(edge, there, here));
    double duration = state_.mayRunOn(before, here) ? instance_.duration(before, here) : kCannotRun;
    siblings_.add(remote, duration == kCannotRun ? 0 : finishes[here] - duration, duration);
  }

  double loadBound() const {
    double sum = workLeft_ + load_.weights.back() * memoryBusy_;
    for (uint32_t p = 0; p < instance_.processors(); ++p)
      sum += load_.weights[p] * state_.free(p);
    return sum;
  }

  bool isDominated() {
    key_.clear();
    values_.clear();
    double first = kCannotRun;
    for (uint32_t p = 0; p < instance_.processors(); ++p)
      first = std::min(first, values_.emplace_back(state_.free(p)));
    for (size_t path = 0; path < state_.paths(); ++path)
      values_.push_back(state_.pathFree(path));
    for (uint32_t task = 0; task < instance_.tasks(); ++task) {
      char where = static_cast<char>(state_.processor(task) + 1);
      if (state_.isDone(task) && (state_.feeds(task) == 0 || isThereEverywhere(task, first))) {
        key_ += '\1', key_ += '\0';
        continue;
      }
      key_ += state_.isDone(task) ? '\2' : '\3';
      key_ += where;
      if (state_.isDone(task))
        values_.push_back(state_.finish(task));
    }
    for (size_t edge = 0; edge < (state_.paths() == 0 ? 0 : instance_.graph().edges.size());
         ++edge) {
      bool waiting =
          state_.arrival(edge) != kCannotRun && !state_.isDone(instance_.graph().edges[edge].to);
      key_ += waiting ? '\1' : '\0';
      if (waiting)
        values_.push_back(state_.arrival(edge));
    }
    values_.push_back(state_.makespan());
    // Keeps this rule from ruling out what the rule on starts counts on: of equal completions, that
    // with the least sum of starts is never dominated by one that it would have to give way to.
    values_.push_back(state_.sumOfStarts());
    return seen_.isDominated(key_, values_);
  }

  /// Whether the task's output is on every processor before anything can use it.
  bool isThereEverywhere(uint32_t task, double first) const {
    if (state_.paths() > 0)
      return false;
    for (const auto &[after, edge] : instance_.successors(task))
      if (!state_.isDone(after))
        for (uint32_t there : instance_.choices(after))
          if (state_.finish(task) + instance_.transfer(edge, state_.processor(task), there) > first)
            return false;
    return true;
  }

  /// Whoever starts later than this could have run another task first, and sent its output anywhere
  /// by the time that that one would be done otherwise.
  double latestStart(const std::vector<Operation> &list, const Operation &one) const {
    double latest = kCannotRun;
    for (const Operation &other : list) {
      if (other.task == one.task)
        continue;
      double slowest = 0;
      for (const auto &[after, edge] : instance_.successors(other.task))
        for (uint32_t there : instance_.choices(after))
          slowest = std::max(slowest, instance_.transfer(edge, other.processor, there));
      // Before that its processor may be wanted for what starts then.
      double spare = std::max(0.0, slowest - instance_.leastDuration(other.task));
      latest = std::min(latest, other.finish + spare);
    }
    return latest;
  }

  std::vector<Operation> &children(size_t depth) {
    std::vector<Operation> &list = levels_[depth];
    list.clear();
    state_.listTasks(list);
    if (state_.paths() == 0 && !list.empty()) {
      kept_.clear();
      for (const Operation &one : list)
        if (one.start <= latestStart(list, one))
          kept_.push_back(one);
      std::swap(list, kept_);
    }
    state_.listTransfers(list);
    std::erase_if(list, [&](const Operation &one) { return state_.isOutOfOrder(one); });
    for (Operation &one : list) {
      bool isTransfer = one.edge != Operation::kNoEdge; // the task comes after it
      one.estimate = one.finish + (isTransfer ? instance_.duration(one.task, one.processor) : 0) +
                     rests_[one.task * instance_.processors() + one.processor];
    }
    std::sort(list.begin(), list.end(), [](const Operation &a, const Operation &b) {
      return a.estimate != b.estimate ? a.estimate < b.estimate : a.start < b.start;
    });
    return list;
  }

  void keep() {
    incumbent_ = state_.makespan();
    result_.tasks.clear();
    result_.transfers.clear();
    for (size_t task = 0; task < instance_.tasks(); ++task)
      result_.tasks.push_back(
          {task, 0, state_.processor(task), state_.start(task), state_.finish(task)});
    const std::vector<TaskEdge> &edges = instance_.graph().edges;
    for (size_t i = 0; i < edges.size(); ++i)
      if (double arrival = state_.arrival(i); arrival != kCannotRun) {
        double duration =
            instance_.transfer(i, state_.processor(edges[i].from), state_.processor(edges[i].to));
        result_.transfers.push_back({i, 0, arrival - duration, arrival});
      }
  }

  /// The work that the bounds count on as still to be done; direction -1: again.
  void count(const Operation &one, int direction) {
    if (one.edge != Operation::kNoEdge)
      return;
    workLeft_ -= direction * load_.shares[one.task];
    memoryBusy_ += direction * instance_.duration(one.task, one.processor) *
                   instance_.graph().memoryShare(one.task, one.processor);
  }

  void expand(size_t depth, double parentBound) {
    if (state_.isComplete()) {
      if (state_.makespan() < cut())
        keep();
      return;
    }
    if ((++nodes_ & 255) == 0 && std::chrono::steady_clock::now() >= deadline_)
      stopped_ = true;
    std::vector<Operation> &list = children(depth);
    for (size_t i = 0; i < list.size(); ++i) {
      const Operation one = list[i];
      if (std::max(one.estimate, parentBound) >= cut())
        continue;
      if (stopped_) { // what is left open decides how good the bound is
        lowestOpen_ = std::min(lowestOpen_, std::max(one.estimate, parentBound));
        continue;
      }
      PartialSchedule::Before before = state_.apply(one);
      count(one, 1);
      double lower = std::max(parentBound, bound());
      if (lower < cut() && !isDominated())
        expand(depth + 1, lower);
      state_.takeBack(one, before);
      count(one, -1);
    }
  }

  const Instance &instance_;
  std::chrono::steady_clock::time_point deadline_;
  double incumbent_;
  DominanceTable seen_;
  std::vector<double> rests_;
  FractionalLoad load_;
  PartialSchedule state_;
  double workLeft_ = 0, memoryBusy_ = 0;
  // Scratch.
  std::vector<double> earliest_, values_;
  std::string key_;
  Siblings siblings_;
  std::vector<Operation> kept_;
  std::vector<std::vector<Operation>> levels_;
  size_t nodes_ = 0;
  bool stopped_ = false;
  double lowestOpen_ = 0;
  ExactResult result_;
};

} // namespace

ExactResult exactSearch(const Instance &instance, double incumbent,
                        std::chrono::steady_clock::time_point deadline) {
  return BranchAndBound(instance, incumbent, deadline).run();
}

} // namespace tandem
