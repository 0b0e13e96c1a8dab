#pragma once

#include "pipeline/schedulers/common/list_schedule.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// A placement with an order of all tasks that respects the edges; the orders on the processors are
/// parts of it. Carried out by scheduleInOrder().
struct Solution {
  std::vector<int> processor; ///< by task
  std::vector<size_t> order;
  double makespan = 0;
};

/// What the schedule built so far amounts to.
Solution solutionOf(const Instance &instance, const ListSchedule &schedule);

/// How long a search goes on. `work` counts steps over tasks and edges, so that the same search
/// gives the same result on every machine; the deadline is for the day when that was misjudged.
struct SearchBudget {
  double work = 0;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  double target = 0; ///< a makespan that cannot be improved on
  uint64_t seed = 1;
};

std::chrono::steady_clock::time_point deadlineAfter(double milliseconds);

/// Improves the best of `starts` by tabu search: moves a task of the critical path to another place
/// on its processor or another, the place found by estimating the longest way through it. For
/// instances without exclusive paths and contention. Never worse than the best start.
/// Source: Mastrolilli, Gambardella, "Effective neighbourhood functions for the flexible job shop
/// problem", Journal of Scheduling 3(1), 2000, here with an arbitrary graph and transfer times.
Solution tabuSearch(const Instance &instance, std::span<const Solution> starts,
                    const SearchBudget &budget);

/// The same end by other means, for instances with exclusive paths or contention, where what a move
/// does is only seen by carrying it out: late-acceptance hill climbing on order and placement.
/// Source: Burke, Bykov, "The late acceptance hill-climbing heuristic", EJOR 258(1), 2017.
Solution orderSearch(const Instance &instance, std::span<const Solution> starts,
                     const SearchBudget &budget);

} // namespace tandem
