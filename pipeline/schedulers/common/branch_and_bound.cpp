#include "pipeline/schedulers/common/branch_and_bound.h"

#include "pipeline/schedulers/common/bounds.h"
#include "pipeline/schedulers/common/dominance.h"
#include "pipeline/schedulers/common/siblings.h"

#include <algorithm>

namespace tandem {
namespace {

constexpr uint32_t kUndecided = UINT32_MAX;

/// What may start next: a task, or with `edge` the transfer to the processor that its consumer will
/// run on.
struct Operation {
  uint32_t task, processor;
  uint32_t edge = kUndecided;
  double start = 0, finish = 0, estimate = 0; // estimate: of the makespan, at least
};

class BranchAndBound {
public:
  BranchAndBound(const Instance &instance, double incumbent,
                 std::chrono::steady_clock::time_point deadline)
      : instance_(instance), deadline_(deadline), incumbent_(incumbent), seen_(kTableBytes),
        rests_(leastRests(instance)), load_(fractionalLoad(instance)), waitsFor_(instance.tasks()),
        feeds_(instance.tasks()), processor_(instance.tasks(), kUndecided),
        start_(instance.tasks()), finish_(instance.tasks()), done_(instance.tasks()),
        free_(instance.processors()), pathFree_(instance.paths()),
        arrival_(instance.graph().edges.size(), kCannotRun),
        earliest_(instance.tasks() * instance.processors()), rank_(instance.tasks()),
        equalTo_(instance.processors(), kUndecided) {
    for (size_t task = 0; task < instance.tasks(); ++task) {
      waitsFor_[task] = static_cast<uint32_t>(instance.predecessors(task).size());
      feeds_[task] = static_cast<uint32_t>(instance.successors(task).size());
      workLeft_ += load_.shares[task];
    }
    for (size_t i = 0; i < instance.order().size(); ++i)
      rank_[instance.order()[i]] = i;
    for (uint32_t p = 0; p < instance.processors(); ++p)
      for (uint32_t other = 0; other < p; ++other)
        if (areEqual(other, p))
          equalTo_[p] = other; // the nearest one; it leads to the others
    levels_.resize(instance.tasks() + instance.graph().edges.size() + 1);
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
  double raised(uint32_t processor) const { return std::max(free_[processor], lastStart_); }

  bool areEqual(uint32_t a, uint32_t b) const {
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
  bool isSuperfluous(uint32_t processor) const {
    for (uint32_t equal = equalTo_[processor]; equal != kUndecided; equal = equalTo_[equal])
      if (!used(equal) && !used(processor))
        return true;
    return false;
  }
  bool used(uint32_t processor) const { return uses_ & (uint64_t{1} << (processor % 64)); }

  bool mustBeSent(uint32_t edge, uint32_t from, uint32_t to) const {
    return instance_.path(from, to) >= 0 && instance_.transfer(edge, from, to) > 0;
  }

  /// When the data of an edge with a finished producer can be on a processor, at least.
  double arrivalAt(uint32_t before, uint32_t edge, uint32_t processor) const {
    uint32_t from = processor_[before];
    if (!mustBeSent(edge, from, processor))
      return finish_[before] + instance_.transfer(edge, from, processor);
    if (arrival_[edge] != kCannotRun)
      return arrival_[edge];
    double begin = std::max({finish_[before], lastStart_,
                             pathFree_[static_cast<size_t>(instance_.path(from, processor))]});
    return begin + instance_.transfer(edge, from, processor);
  }

  bool mayRunOn(uint32_t task, uint32_t processor) const {
    return processor_[task] == kUndecided ? instance_.canRun(task, processor)
                                          : processor_[task] == processor;
  }

  /// No completion of the state has less makespan. Leaves the earliest finishes in earliest_.
  double bound() {
    size_t processors = instance_.processors();
    double longest = makespan_;
    for (size_t t : instance_.order()) {
      if (done_[t])
        continue;
      auto task = static_cast<uint32_t>(t);
      double least = kCannotRun;
      for (uint32_t here : instance_.choices(t)) {
        double &finish = earliest_[t * processors + here];
        finish = kCannotRun;
        if (!mayRunOn(task, here))
          continue;
        double ready = raised(here);
        siblings_.clear();
        for (const auto &[before, edge] : instance_.predecessors(t)) {
          if (done_[before])
            ready = std::max(ready, arrivalAt(before, edge, here));
          else
            addSibling(before, edge, here);
        }
        ready = std::max(ready, siblings_.ready(raised(here)));
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
    double duration = mayRunOn(before, here) ? instance_.duration(before, here) : kCannotRun;
    siblings_.add(remote, duration == kCannotRun ? 0 : finishes[here] - duration, duration);
  }

  double loadBound() const {
    double sum = workLeft_ + load_.weights.back() * memoryBusy_;
    for (uint32_t p = 0; p < instance_.processors(); ++p)
      sum += load_.weights[p] * raised(p);
    return sum;
  }

  bool isDominated() {
    key_.clear();
    values_.clear();
    double first = kCannotRun;
    for (uint32_t p = 0; p < instance_.processors(); ++p)
      first = std::min(first, values_.emplace_back(raised(p)));
    for (double free : pathFree_)
      values_.push_back(std::max(free, lastStart_));
    for (uint32_t task = 0; task < instance_.tasks(); ++task) {
      char where = static_cast<char>(processor_[task] == kUndecided ? 0 : 1 + processor_[task]);
      if (done_[task] && (feeds_[task] == 0 || isThereEverywhere(task, first))) {
        key_ += '\1', key_ += '\0';
        continue;
      }
      key_ += done_[task] ? '\2' : '\3';
      key_ += where;
      if (done_[task])
        values_.push_back(finish_[task]);
    }
    for (size_t edge = 0; edge < (pathFree_.empty() ? 0 : arrival_.size()); ++edge) {
      bool waiting = arrival_[edge] != kCannotRun && !done_[instance_.graph().edges[edge].to];
      key_ += waiting ? '\1' : '\0';
      if (waiting)
        values_.push_back(arrival_[edge]);
    }
    values_.push_back(makespan_);
    // Keeps this rule from ruling out what the rule on starts counts on: of equal completions, that
    // with the least sum of starts is never dominated by one that it would have to give way to.
    values_.push_back(sumOfStarts_);
    return seen_.isDominated(key_, values_);
  }

  /// Whether the task's output is on every processor before anything can use it.
  bool isThereEverywhere(uint32_t task, double first) const {
    if (!pathFree_.empty())
      return false;
    for (const auto &[after, edge] : instance_.successors(task))
      if (!done_[after])
        for (uint32_t there : instance_.choices(after))
          if (finish_[task] + instance_.transfer(edge, processor_[task], there) > first)
            return false;
    return true;
  }

  void listTasks(std::vector<Operation> &list) const {
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
          list.push_back({task, here, kUndecided, start, start + instance_.duration(task, here),
                          start + instance_.duration(task, here) +
                              rests_[task * instance_.processors() + here]});
      }
    }
  }

  void listTransfers(std::vector<Operation> &list) const {
    const std::vector<TaskEdge> &edges = instance_.graph().edges;
    for (uint32_t edge = 0; edge < (pathFree_.empty() ? 0 : edges.size()); ++edge) {
      auto from = static_cast<uint32_t>(edges[edge].from),
           to = static_cast<uint32_t>(edges[edge].to);
      if (edges[edge].distance > 0 || !done_[from] || done_[to] || arrival_[edge] != kCannotRun)
        continue;
      for (uint32_t here : instance_.choices(to)) {
        if (!mayRunOn(to, here) || !mustBeSent(edge, processor_[from], here))
          continue;
        auto path = static_cast<size_t>(instance_.path(processor_[from], here));
        double start = std::max(finish_[from], pathFree_[path]);
        double finish = start + instance_.transfer(edge, processor_[from], here);
        list.push_back(
            {to, here, edge, start, finish,
             finish + instance_.duration(to, here) + rests_[to * instance_.processors() + here]});
      }
    }
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

  bool isOutOfOrder(const Operation &operation) const {
    if (operation.start < lastStart_)
      return true;
    // Of tasks that start together and take time, the order does not matter: one is enough.
    return operation.start == lastStart_ && operation.edge == kUndecided &&
           lastTask_ != kUndecided && operation.finish > operation.start &&
           finish_[lastTask_] > start_[lastTask_] && rank_[operation.task] < rank_[lastTask_];
  }

  std::vector<Operation> &children(size_t depth) {
    std::vector<Operation> &list = levels_[depth];
    list.clear();
    listTasks(list);
    if (pathFree_.empty() && !list.empty()) {
      kept_.clear();
      for (const Operation &one : list)
        if (one.start <= latestStart(list, one))
          kept_.push_back(one);
      std::swap(list, kept_);
    }
    listTransfers(list);
    std::erase_if(list, [&](const Operation &one) { return isOutOfOrder(one); });
    std::sort(list.begin(), list.end(), [](const Operation &a, const Operation &b) {
      return a.estimate != b.estimate ? a.estimate < b.estimate : a.start < b.start;
    });
    return list;
  }

  /// Everything that apply() changes and that its inverse cannot work out again.
  struct Before {
    double lastStart, makespan, free;
    uint32_t lastTask, processor;
    uint64_t uses;
  };

  Before apply(const Operation &one) {
    size_t path = 0;
    double *resource = &free_[one.processor];
    if (one.edge != kUndecided) {
      const TaskEdge &edge = instance_.graph().edges[one.edge];
      path = static_cast<size_t>(instance_.path(processor_[edge.from], one.processor));
      resource = &pathFree_[path];
    }
    Before before{lastStart_, makespan_, *resource, lastTask_, processor_[one.task], uses_};
    *resource = one.finish;
    lastStart_ = one.start;
    processor_[one.task] = one.processor;
    sumOfStarts_ += one.start;
    uses_ |= uint64_t{1} << (one.processor % 64);
    if (one.edge != kUndecided) {
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

  void takeBack(const Operation &one, const Before &before) {
    if (one.edge != kUndecided) {
      const TaskEdge &edge = instance_.graph().edges[one.edge];
      pathFree_[static_cast<size_t>(instance_.path(processor_[edge.from], one.processor))] =
          before.free;
      arrival_[one.edge] = kCannotRun;
    } else {
      free_[one.processor] = before.free;
      settle(one, -1);
    }
    sumOfStarts_ -= one.start;
    processor_[one.task] = before.processor;
    lastStart_ = before.lastStart;
    makespan_ = before.makespan;
    lastTask_ = before.lastTask;
    uses_ = before.uses;
  }

  /// The counts that a task's start changes; direction -1 changes them back.
  void settle(const Operation &one, int direction) {
    done_[one.task] = direction > 0;
    doneCount_ += static_cast<size_t>(direction);
    workLeft_ -= direction * load_.shares[one.task];
    memoryBusy_ += direction * instance_.duration(one.task, one.processor) *
                   instance_.graph().memoryShare(one.task, one.processor);
    for (const auto &[after, edge] : instance_.successors(one.task))
      waitsFor_[after] -= static_cast<uint32_t>(direction);
    for (const auto &[before, edge] : instance_.predecessors(one.task))
      feeds_[before] -= static_cast<uint32_t>(direction);
  }

  void keep() {
    incumbent_ = makespan_;
    result_.tasks.clear();
    result_.transfers.clear();
    for (size_t task = 0; task < instance_.tasks(); ++task)
      result_.tasks.push_back({task, 0, processor_[task], start_[task], finish_[task]});
    const std::vector<TaskEdge> &edges = instance_.graph().edges;
    for (size_t edge = 0; edge < edges.size(); ++edge)
      if (arrival_[edge] != kCannotRun)
        result_.transfers.push_back(
            {edge, 0,
             arrival_[edge] -
                 instance_.transfer(edge, processor_[edges[edge].from], processor_[edges[edge].to]),
             arrival_[edge]});
  }

  void expand(size_t depth, double parentBound) {
    if (doneCount_ == instance_.tasks()) {
      if (makespan_ < cut())
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
      Before before = apply(one);
      double lower = std::max(parentBound, bound());
      if (lower < cut() && !isDominated())
        expand(depth + 1, lower);
      takeBack(one, before);
    }
  }

  const Instance &instance_;
  std::chrono::steady_clock::time_point deadline_;
  double incumbent_;
  DominanceTable seen_;
  std::vector<double> rests_;
  FractionalLoad load_;
  // The state: what has started so far.
  std::vector<uint32_t> waitsFor_, feeds_, processor_; // feeds_: successors that have not started
  std::vector<double> start_, finish_;
  std::vector<char> done_;
  std::vector<double> free_, pathFree_, arrival_;
  double lastStart_ = 0, makespan_ = 0, sumOfStarts_ = 0, workLeft_ = 0, memoryBusy_ = 0;
  uint32_t lastTask_ = kUndecided;
  size_t doneCount_ = 0;
  uint64_t uses_ = 0; // processors, bit by bit
  // Scratch, and what is looked up.
  std::vector<double> earliest_, values_;
  std::vector<size_t> rank_;
  std::vector<uint32_t> equalTo_;
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
