#pragma once

#include "pipeline/schedulers/common/random.h"
#include "pipeline/schedulers/task_graph.h"

#include <string>

namespace tandem::test {

/// What odd graphs may have beyond those of the literature.
struct OddTraits {
  bool cannotRun = true, zeroCosts = true;
  bool links = false, paths = false, contention = false, dispatch = false;
  bool carried = false; ///< edges to later frames
};

/// Small random graphs with whatever a graph may have: forests, loose tasks, tasks of no cost,
/// processors that cannot run them.
inline TaskGraph oddGraph(size_t tasks, size_t processors, const OddTraits &traits, uint64_t seed) {
  Random random(seed * 7919 + tasks * 31 + processors);
  auto cost = [&] {
    bool zero = traits.zeroCosts && random.below(6) == 0;
    return zero ? 0.0 : static_cast<double>(1 + random.below(20));
  };
  TaskGraph graph;
  for (size_t p = 0; p < processors; ++p)
    graph.processors.push_back({"P" + std::to_string(p), traits.dispatch ? cost() / 4 : 0});
  for (size_t t = 0; t < tasks; ++t) {
    Task task{"T" + std::to_string(t), {}};
    size_t sure = random.below(processors);
    for (size_t p = 0; p < processors; ++p) {
      bool cannot = traits.cannotRun && p != sure && random.below(5) == 0;
      task.cost.push_back(cannot ? kCannotRun : cost());
      if (traits.contention)
        task.memoryShare.push_back(random.below(3) == 0 ? 0 : random.unit());
    }
    graph.tasks.push_back(std::move(task));
  }
  size_t oneIn = 1 + random.below(4); // from dense to loose
  for (size_t from = 0; from < tasks; ++from)
    for (size_t to = from + 1; to < tasks; ++to)
      if (random.below(oneIn + 1) == 0)
        graph.edges.push_back({from, to, cost() * 2, traits.links ? cost() * 10 : 0});
  if (traits.carried)
    for (size_t t = 0; t < tasks; ++t)
      if (random.below(4) == 0)
        graph.edges.push_back({t, random.below(t + 1), cost(), 0, 1 + random.below(2)});
  if (traits.links || traits.paths) {
    graph.links.assign(processors, std::vector<Link>(processors));
    for (auto &row : graph.links)
      for (Link &link : row) {
        link = {static_cast<double>(random.below(4)), random.unit(), -1};
        if (traits.paths && random.below(3) > 0)
          link.path = static_cast<int>(random.below(2));
      }
  }
  return graph;
}

} // namespace tandem::test
