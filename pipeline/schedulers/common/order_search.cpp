#include "pipeline/schedulers/common/contention.h"
#include "pipeline/schedulers/common/random.h"
#include "pipeline/schedulers/common/search.h"

#include <algorithm>

namespace tandem {
namespace {

class OrderSearch {
public:
  OrderSearch(const Instance &instance, const SearchBudget &budget)
      : instance_(instance), budget_(budget), random_(budget.seed), schedule_(instance) {}

  Solution run(std::span<const Solution> starts) {
    Solution best;
    best.makespan = kCannotRun;
    for (const Solution &start : starts) {
      Solution now = start;
      now.makespan = makespanOf(now);
      if (now.makespan < best.makespan)
        best = std::move(now);
    }
    constexpr size_t kHistory = 60;
    std::vector<double> history(kHistory, best.makespan);
    Solution now = best, next;
    for (size_t i = 0; !isOver(best, i); ++i) {
      next = now;
      change(next);
      next.makespan = makespanOf(next);
      if (next.makespan <= now.makespan || next.makespan <= history[i % kHistory])
        std::swap(now, next);
      history[i % kHistory] = now.makespan;
      if (now.makespan < best.makespan)
        best = now;
    }
    return best;
  }

private:
  bool isOver(const Solution &best, size_t i) const {
    return best.makespan <= budget_.target || work_ >= budget_.work ||
           ((i & 15) == 0 && std::chrono::steady_clock::now() >= budget_.deadline);
  }

  double makespanOf(const Solution &solution) {
    schedule_.clear();
    for (size_t task : solution.order)
      schedule_.place(task, static_cast<size_t>(solution.processor[task]));
    work_ += static_cast<double>(instance_.tasks() + instance_.graph().edges.size()) *
             (instance_.hasContention() ? 10 : 3);
    return instance_.hasContention() ? schedule_.plan("").makespan : schedule_.makespan();
  }

  /// Another processor for a random task, another place in the order, or both; sometimes a
  /// neighbour comes along, since data between unlike processors cost.
  void change(Solution &solution) {
    size_t task = random_.below(instance_.tasks());
    auto choices = instance_.choices(task);
    bool alone = choices.size() == 1;
    if (alone || random_.below(2) == 0)
      reorder(solution, task);
    if (alone || random_.below(4) == 0)
      return;
    solution.processor[task] = static_cast<int>(choices[random_.below(choices.size())]);
    auto after = instance_.successors(task);
    if (after.empty() || random_.below(3) > 0)
      return;
    size_t follower = after[random_.below(after.size())].task;
    if (instance_.canRun(follower, static_cast<size_t>(solution.processor[task])))
      solution.processor[follower] = solution.processor[task];
  }

  /// Anywhere between the last of its predecessors and the first of its successors.
  void reorder(Solution &solution, size_t task) {
    std::vector<size_t> &order = solution.order;
    auto here = std::find(order.begin(), order.end(), task);
    auto holds = [&](std::span<const Instance::Neighbour> list, size_t other) {
      return std::any_of(list.begin(), list.end(), [&](const auto &n) { return n.task == other; });
    };
    auto first = here, last = here;
    while (first != order.begin() && !holds(instance_.predecessors(task), *(first - 1)))
      --first;
    while (last + 1 != order.end() && !holds(instance_.successors(task), *(last + 1)))
      ++last;
    auto to = first + static_cast<ptrdiff_t>(random_.below(static_cast<size_t>(last - first) + 1));
    if (to < here)
      std::rotate(to, here, here + 1);
    else
      std::rotate(here, here + 1, to + 1);
  }

  const Instance &instance_;
  const SearchBudget &budget_;
  Random random_;
  ListSchedule schedule_;
  double work_ = 0;
};

} // namespace

Solution orderSearch(const Instance &instance, std::span<const Solution> starts,
                     const SearchBudget &budget) {
  return OrderSearch(instance, budget).run(starts);
}

} // namespace tandem
