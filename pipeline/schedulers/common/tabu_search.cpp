#include "pipeline/schedulers/common/random.h"
#include "pipeline/schedulers/common/search.h"
#include "pipeline/schedulers/common/sequences.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tandem {
namespace {

/// What would be if the task were taken out of its sequence: the finishes of what comes after, the
/// tails of what comes before. Only those that a new place for the task may touch are worked out;
/// the task's own edges stay, since no place it may move to is behind them.
class WithoutTask {
public:
  explicit WithoutTask(const Instance &instance, const Sequences &sequences)
      : instance_(instance), sequences_(sequences), dirty_((instance.tasks() + 63) / 64),
        finish_(instance.tasks()), tail_(instance.tasks()), finishStamp_(instance.tasks()),
        tailStamp_(instance.tasks()) {}

  /// `earliest`: what is done by then will stay before the task; `latest`: what starts then or
  /// later will stay after it.
  void takeOut(uint32_t task, double earliest, double latest) {
    task_ = task;
    ++stamp_;
    const auto &sequence = sequences_.sequence(sequences_.processor(task));
    uint32_t place = sequences_.place(task);
    if (place + 1 < sequence.size() && sequences_.start(sequence[place + 1]) < latest)
      pullForward(sequence[place + 1], latest);
    if (place > 0 && sequences_.finish(sequence[place - 1]) > earliest)
      shortenTails(sequence[place - 1], earliest);
  }

  double finish(uint32_t task) const {
    return finishStamp_[task] == stamp_ ? finish_[task] : sequences_.finish(task);
  }
  double tail(uint32_t task) const {
    return tailStamp_[task] == stamp_ ? tail_[task] : sequences_.tail(task);
  }
  /// How many steps over tasks and edges that took, since the last call.
  double takeWork() { return std::exchange(work_, 0); }

private:
  void mark(uint32_t rank) { dirty_[rank / 64] |= uint64_t{1} << (rank % 64); }

  /// The neighbour on the processor, the task itself left out; -1: none.
  int beside(uint32_t task, int step) const {
    const auto &sequence = sequences_.sequence(sequences_.processor(task));
    int place = static_cast<int>(sequences_.place(task)) + step;
    auto isThere = [&] { return place >= 0 && place < static_cast<int>(sequence.size()); };
    if (isThere() && sequence[static_cast<size_t>(place)] == task_)
      place += step;
    return isThere() ? static_cast<int>(sequence[static_cast<size_t>(place)]) : -1;
  }

  void pullForward(uint32_t first, double latest) {
    mark(sequences_.rank(first));
    for (size_t word = sequences_.rank(first) / 64; word < dirty_.size(); ++word)
      while (dirty_[word]) {
        size_t rank = word * 64 + static_cast<size_t>(std::countr_zero(dirty_[word]));
        dirty_[word] &= dirty_[word] - 1;
        uint32_t task = sequences_.order()[rank];
        double start = 0;
        for (const auto &[before, edge] : instance_.predecessors(task))
          start = std::max(start, finish(before) + sequences_.transfer(edge));
        if (int before = beside(task, -1); before >= 0)
          start = std::max(start, finish(static_cast<uint32_t>(before)));
        work_ += static_cast<double>(1 + instance_.predecessors(task).size());
        if (start >= sequences_.start(task))
          continue;
        double old = sequences_.finish(task);
        finish_[task] = start + sequences_.duration(task);
        finishStamp_[task] = stamp_;
        auto spread = [&](uint32_t after, double transfer) {
          if (sequences_.start(after) <= old + transfer && sequences_.start(after) < latest)
            mark(sequences_.rank(after));
        };
        for (const auto &[after, edge] : instance_.successors(task))
          spread(after, sequences_.transfer(edge));
        if (int after = beside(task, 1); after >= 0)
          spread(static_cast<uint32_t>(after), 0);
      }
  }

  void shortenTails(uint32_t first, double earliest) {
    mark(sequences_.rank(first));
    for (size_t word = sequences_.rank(first) / 64 + 1; word-- > 0;)
      while (dirty_[word]) {
        size_t bit = 63 - static_cast<size_t>(std::countl_zero(dirty_[word]));
        dirty_[word] &= ~(uint64_t{1} << bit);
        uint32_t task = sequences_.order()[word * 64 + bit];
        double longest = 0;
        for (const auto &[after, edge] : instance_.successors(task))
          longest = std::max(longest,
                             sequences_.transfer(edge) + sequences_.duration(after) + tail(after));
        if (int next = beside(task, 1); next >= 0) {
          auto after = static_cast<uint32_t>(next);
          longest = std::max(longest, sequences_.duration(after) + tail(after));
        }
        work_ += static_cast<double>(1 + instance_.successors(task).size());
        if (longest >= sequences_.tail(task))
          continue;
        tail_[task] = longest;
        tailStamp_[task] = stamp_;
        for (const auto &[before, edge] : instance_.predecessors(task))
          if (sequences_.finish(before) > earliest)
            mark(sequences_.rank(before));
        if (int before = beside(task, -1);
            before >= 0 && sequences_.finish(static_cast<uint32_t>(before)) > earliest)
          mark(sequences_.rank(static_cast<uint32_t>(before)));
      }
  }

  const Instance &instance_;
  const Sequences &sequences_;
  uint32_t task_ = 0;
  uint32_t stamp_ = 0;
  std::vector<uint64_t> dirty_; // by rank; empty between calls
  std::vector<double> finish_, tail_;
  std::vector<uint32_t> finishStamp_, tailStamp_;
  double work_ = 0;
};

struct Move {
  uint32_t task, processor, place;
  double estimate = kCannotRun; // of the makespan, by the longest way through the task
};

class TabuSearch {
public:
  TabuSearch(const Instance &instance, std::span<const Solution> starts, const SearchBudget &budget)
      : instance_(instance), starts_(starts), budget_(budget), random_(budget.seed),
        sequences_(instance), without_(instance, sequences_),
        tabuUntil_(instance.tasks() * instance.processors()) {
    path_.reserve(instance.tasks());
  }

  Solution run() {
    size_t best = 0;
    for (size_t i = 1; i < starts_.size(); ++i)
      if (starts_[i].makespan < starts_[best].makespan)
        best = i;
    best_ = starts_[best];
    begin(best_);
    for (size_t restart = 0; !isOver();) {
      if (step() && idle_ < patience())
        continue;
      // By turns another start, and the best with a few random moves.
      bool fresh = restart % 2 == 1 && restart / 2 < starts_.size();
      begin(fresh ? starts_[restart / 2] : best_);
      if (!fresh)
        shake(2 + restart % 6);
      ++restart;
    }
    return best_;
  }

private:
  size_t patience() const { return 100 + 4 * instance_.tasks(); }

  bool isOver() {
    if (best_.makespan <= budget_.target || work_ >= budget_.work)
      return true;
    return (iteration_ & 63) == 0 && std::chrono::steady_clock::now() >= budget_.deadline;
  }

  void begin(const Solution &solution) {
    sequences_.assign(solution);
    std::fill(tabuUntil_.begin(), tabuUntil_.end(), 0);
    idle_ = 0;
    note();
  }

  void note() {
    work_ += static_cast<double>(instance_.tasks() + instance_.graph().edges.size());
    if (sequences_.makespan() < best_.makespan * (1 - 1e-12)) {
      best_ = sequences_.solution();
      idle_ = 0;
    }
  }

  /// One move to the best neighbour that is not tabu, or better than all seen; false without one.
  bool step() {
    ++iteration_;
    ++idle_;
    findCriticalPath();
    chosen_ = {};
    ties_ = 0;
    // A few of the path's tasks are enough to choose from: more moves are worth more than better
    // ones, and which tasks are looked at keeps the search from going round in circles.
    constexpr size_t kSample = 6;
    for (size_t i = 0; i < std::min(kSample, path_.size()); ++i) {
      std::swap(path_[i], path_[i + random_.below(path_.size() - i)]);
      considerMovesOf(path_[i]);
    }
    if (ties_ == 0)
      return false;
    return apply(chosen_);
  }

  bool apply(const Move &move) {
    uint32_t from = sequences_.processor(move.task);
    size_t tenure = 4 + path_.size() / 2 + random_.below(4 + path_.size() / 2);
    tabuUntil_[move.task * instance_.processors() + from] = iteration_ + tenure;
    if (!sequences_.move(move.task, move.processor, move.place)) {
      tabuUntil_[move.task * instance_.processors() + move.processor] = iteration_ + tenure;
      return true;
    }
    note();
    return true;
  }

  /// One of the longest ways, chosen at random where it forks.
  void findCriticalPath() {
    path_.clear();
    uint32_t task = 0, seen = 0;
    for (uint32_t i = 0; i < instance_.processors(); ++i) {
      const auto &sequence = sequences_.sequence(i);
      if (!sequence.empty() && sequences_.finish(sequence.back()) >= sequences_.makespan() &&
          random_.below(++seen) == 0)
        task = sequence.back();
    }
    for (bool goesOn = true; goesOn;) {
      path_.push_back(task);
      goesOn = false;
      seen = 0;
      double start = sequences_.start(task);
      uint32_t next = task;
      for (const auto &[before, edge] : instance_.predecessors(task))
        if (start > 0 && sequences_.finish(before) + sequences_.transfer(edge) >= start &&
            random_.below(++seen) == 0)
          next = before, goesOn = true;
      if (uint32_t place = sequences_.place(task); place > 0 && start > 0) {
        uint32_t before = sequences_.sequence(sequences_.processor(task))[place - 1];
        if (sequences_.finish(before) >= start && random_.below(++seen) == 0)
          next = before, goesOn = true;
      }
      task = next;
    }
  }

  void considerMovesOf(uint32_t task) {
    // What a new place must respect: nothing that leads to the task is done after `earliest`,
    // nothing that it leads to starts before `latest`.
    double earliest = 0, latest = kCannotRun;
    for (const auto &[before, edge] : instance_.predecessors(task))
      earliest = std::max(earliest, sequences_.finish(before));
    for (const auto &[after, edge] : instance_.successors(task))
      latest = std::min(latest, sequences_.start(after));
    without_.takeOut(task, earliest, latest);
    work_ += without_.takeWork();
    for (uint32_t processor : instance_.choices(task))
      considerPlaces(task, processor, earliest, latest);
  }

  void considerPlaces(uint32_t task, uint32_t processor, double earliest, double latest) {
    double duration = instance_.duration(task, processor), ready = 0, rest = 0;
    for (const auto &[before, edge] : instance_.predecessors(task))
      ready =
          std::max(ready, sequences_.finish(before) +
                              instance_.transfer(edge, sequences_.processor(before), processor));
    for (const auto &[after, edge] : instance_.successors(task))
      rest = std::max(rest, instance_.transfer(edge, processor, sequences_.processor(after)) +
                                sequences_.duration(after) + sequences_.tail(after));
    work_ += 0.5 * static_cast<double>(instance_.predecessors(task).size() +
                                       instance_.successors(task).size());
    // Of the places allowed, those before something that is done when the task is ready anyway, or
    // after something that can wait for it anyway, are no better than the next.
    const auto &sequence = sequences_.sequence(processor);
    auto first = std::partition_point(sequence.begin(), sequence.end(), [&](uint32_t other) {
      return sequences_.finish(other) <= earliest;
    });
    auto last = std::partition_point(
        first, sequence.end(), [&](uint32_t other) { return sequences_.start(other) < latest; });
    auto firstUseful = std::partition_point(
        first, last, [&](uint32_t other) { return sequences_.finish(other) <= ready; });
    auto lastUseful = std::partition_point(first, last, [&](uint32_t other) {
      return sequences_.duration(other) + sequences_.tail(other) > rest;
    });
    if (firstUseful > lastUseful)
      lastUseful = firstUseful;
    bool tabu = tabuUntil_[task * instance_.processors() + processor] > iteration_;
    for (auto at = firstUseful;; ++at) {
      considerPlace(task, processor, static_cast<uint32_t>(at - sequence.begin()), duration, ready,
                    rest, tabu);
      if (at == lastUseful)
        break;
    }
  }

  void considerPlace(uint32_t task, uint32_t processor, uint32_t place, double duration,
                     double ready, double rest, bool tabu) {
    const auto &sequence = sequences_.sequence(processor);
    uint32_t before = place, after = place; // before: one past
    if (sequences_.processor(task) == processor) {
      uint32_t own = sequences_.place(task);
      if (place == own || place == own + 1)
        return; // where it is
      // The task is not in the sequence any more when it is put there.
      if (place > own)
        --place;
    }
    double start = ready, tail = rest;
    if (before > 0)
      start = std::max(start, without_.finish(sequence[before - 1]));
    if (after < sequence.size())
      tail = std::max(tail, sequences_.duration(sequence[after]) + without_.tail(sequence[after]));
    work_ += 0.5;
    double estimate = start + duration + tail;
    if (tabu && estimate >= best_.makespan * (1 - 1e-12))
      return;
    if (estimate < chosen_.estimate ||
        (estimate == chosen_.estimate && random_.below(++ties_) == 0)) {
      if (estimate < chosen_.estimate)
        ties_ = 1;
      chosen_ = {task, processor, place, estimate};
    }
  }

  /// Moves random tasks, half of them with their neighbours, to random processors.
  void shake(size_t moves) {
    for (size_t i = 0; i < moves; ++i) {
      auto task = static_cast<uint32_t>(random_.below(instance_.tasks()));
      auto choices = instance_.choices(task);
      uint32_t processor = choices[random_.below(choices.size())];
      bringOver(task, processor);
      if (random_.below(2) == 0)
        continue;
      for (const auto &[before, edge] : instance_.predecessors(task))
        bringOver(before, processor);
      for (const auto &[after, edge] : instance_.successors(task))
        bringOver(after, processor);
    }
  }

  /// To the place on the processor where the task was in time.
  void bringOver(uint32_t task, uint32_t processor) {
    if (processor == sequences_.processor(task) || !instance_.canRun(task, processor))
      return;
    const auto &sequence = sequences_.sequence(processor);
    auto at = std::partition_point(sequence.begin(), sequence.end(), [&](uint32_t other) {
      return sequences_.start(other) < sequences_.start(task);
    });
    sequences_.move(task, processor, static_cast<uint32_t>(at - sequence.begin()));
    note();
  }

  const Instance &instance_;
  std::span<const Solution> starts_;
  const SearchBudget &budget_;
  Random random_;
  Sequences sequences_;
  WithoutTask without_;
  std::vector<size_t> tabuUntil_; // [task * processors + processor]
  std::vector<uint32_t> path_;
  Solution best_;
  Move chosen_ = {};
  size_t iteration_ = 0, idle_ = 0, ties_ = 0;
  double work_ = 0;
};

} // namespace

Solution tabuSearch(const Instance &instance, std::span<const Solution> starts,
                    const SearchBudget &budget) {
  return TabuSearch(instance, starts, budget).run();
}

} // namespace tandem
