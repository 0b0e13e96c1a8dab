#include "pipeline/schedulers/common/ranks.h"

#include <algorithm>
#include <cmath>
#include <queue>

namespace tandem {

std::vector<double> upwardRanks(const Instance &instance) {
  std::vector<double> ranks(instance.tasks());
  for (auto task = instance.order().rbegin(); task != instance.order().rend(); ++task) {
    double longest = 0;
    for (const auto &[after, edge] : instance.successors(*task))
      longest = std::max(longest, instance.meanTransfer(edge) + ranks[after]);
    ranks[*task] = instance.meanDuration(*task) + longest;
  }
  return ranks;
}

std::vector<double> downwardRanks(const Instance &instance) {
  std::vector<double> ranks(instance.tasks());
  for (size_t task : instance.order())
    for (const auto &[before, edge] : instance.predecessors(task))
      ranks[task] = std::max(ranks[task], ranks[before] + instance.meanDuration(before) +
                                              instance.meanTransfer(edge));
  return ranks;
}

std::vector<double> optimisticCosts(const Instance &instance) {
  size_t processors = instance.processors();
  std::vector<double> costs(instance.tasks() * processors, kCannotRun);
  for (auto task = instance.order().rbegin(); task != instance.order().rend(); ++task)
    for (uint32_t here : instance.choices(*task)) {
      double longest = 0;
      for (const auto &[after, edge] : instance.successors(*task)) {
        double least = kCannotRun;
        for (uint32_t there : instance.choices(after))
          least =
              std::min(least, costs[after * processors + there] + instance.duration(after, there) +
                                  instance.transfer(edge, here, there));
        longest = std::max(longest, least);
      }
      costs[*task * processors + here] = longest;
    }
  return costs;
}

std::vector<double> optimisticRanks(const Instance &instance, const std::vector<double> &costs) {
  std::vector<double> ranks(instance.tasks());
  for (size_t task = 0; task < instance.tasks(); ++task) {
    for (uint32_t processor : instance.choices(task))
      ranks[task] += costs[task * instance.processors() + processor];
    ranks[task] /= static_cast<double>(instance.choices(task).size());
  }
  return ranks;
}

std::vector<double> withoutRounding(const std::vector<double> &priority) {
  double largest = 0;
  for (double value : priority)
    largest = std::max(largest, std::abs(value));
  if (largest == 0)
    return priority;
  double grid = std::ldexp(1.0, 40 - std::ilogb(largest)); // 12 digits
  std::vector<double> rounded;
  for (double value : priority)
    rounded.push_back(std::round(value * grid));
  return rounded;
}

std::vector<size_t> orderByPriority(const Instance &instance, const std::vector<double> &priority) {
  std::vector<double> key = withoutRounding(priority);
  auto isAfter = [&](size_t a, size_t b) { return key[a] != key[b] ? key[a] < key[b] : a > b; };
  std::priority_queue<size_t, std::vector<size_t>, decltype(isAfter)> ready(isAfter);
  std::vector<size_t> waitsFor(instance.tasks()), order;
  for (size_t task = 0; task < instance.tasks(); ++task)
    if ((waitsFor[task] = instance.predecessors(task).size()) == 0)
      ready.push(task);
  while (!ready.empty()) {
    size_t task = ready.top();
    ready.pop();
    order.push_back(task);
    for (const auto &[after, edge] : instance.successors(task))
      if (--waitsFor[after] == 0)
        ready.push(after);
  }
  return order;
}

} // namespace tandem
