#include "pipeline/schedulers/common/search.h"

#include <algorithm>
#include <array>

namespace tandem {

Solution solutionOf(const Instance &instance, const ListSchedule &schedule) {
  Solution solution;
  for (size_t task = 0; task < instance.tasks(); ++task)
    solution.processor.push_back(static_cast<int>(schedule.processor(task)));
  // Among tasks that start and finish together the topological order, which the numbers need not
  // be.
  std::vector<size_t> rank(instance.tasks());
  for (size_t i = 0; i < instance.tasks(); ++i)
    rank[instance.order()[i]] = i;
  solution.order = instance.order();
  std::sort(solution.order.begin(), solution.order.end(), [&](size_t a, size_t b) {
    return std::array{schedule.start(a), schedule.finish(a), static_cast<double>(rank[a])} <
           std::array{schedule.start(b), schedule.finish(b), static_cast<double>(rank[b])};
  });
  solution.makespan = schedule.makespan();
  return solution;
}

std::chrono::steady_clock::time_point deadlineAfter(double milliseconds) {
  using namespace std::chrono;
  constexpr double kLongest = 1e12; // beyond it the clock would overflow
  return steady_clock::now() + duration_cast<steady_clock::duration>(
                                   duration<double, std::milli>(std::min(milliseconds, kLongest)));
}

} // namespace tandem
