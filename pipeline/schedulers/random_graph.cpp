#include "pipeline/schedulers/random_graph.h"

#include "pipeline/schedulers/common/instance.h"
#include "pipeline/schedulers/common/random.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tandem {
namespace {

/// Uniform among the whole numbers whose mean is `mean`, at least 1.
size_t around(double mean, Random &random) {
  return std::max<size_t>(1, static_cast<size_t>(std::lround(random.within(0, 2 * mean))));
}

/// First task of each level, and one past the last.
std::vector<size_t> levelsOf(const RandomGraphKind &kind, Random &random) {
  double root = std::sqrt(static_cast<double>(kind.tasks));
  size_t height = std::min(kind.tasks, std::max<size_t>(2, around(root / kind.shape, random)));
  std::vector<size_t> widths;
  size_t total = 0;
  for (size_t level = 0; level < height; ++level)
    total += widths.emplace_back(around(root * kind.shape, random));
  // The widths drawn give the proportions; the sum has to be v.
  std::vector<size_t> begins = {0};
  size_t seen = 0;
  for (size_t level = 0; level < height; ++level) {
    seen += widths[level];
    size_t end = seen * kind.tasks / total;
    size_t least = begins.back() + 1, most = kind.tasks - (height - 1 - level);
    begins.push_back(std::clamp(end, least, most));
  }
  return begins;
}

std::vector<TaskEdge> edgesOf(const RandomGraphKind &kind, const std::vector<size_t> &levels,
                              Random &random) {
  std::vector<std::set<size_t>> after(kind.tasks);
  for (size_t level = 1; level + 1 < levels.size(); ++level) {
    size_t above = levels[level - 1], begin = levels[level], end = levels[level + 1];
    for (size_t task = begin; task < end; ++task)
      after[above + random.below(begin - above)].insert(task);
    for (size_t task = above; task < begin; ++task) {
      size_t below = kind.tasks - begin, degree = std::min(kind.outDegree, below);
      for (size_t width = end - begin; after[task].size() < degree;) {
        size_t inNext = static_cast<size_t>(
            std::distance(after[task].lower_bound(begin), after[task].lower_bound(end)));
        after[task].insert(begin + random.below(inNext < width ? width : below));
      }
    }
  }
  std::vector<TaskEdge> edges;
  for (size_t task = 0; task < kind.tasks; ++task)
    for (size_t next : after[task])
      edges.push_back({task, next});
  return edges;
}

} // namespace

TaskGraph randomGraph(const RandomGraphKind &kind, uint64_t seed) {
  constexpr double kMeanDuration = 50; // only ratios matter
  Random random(seed);
  TaskGraph graph;
  for (size_t i = 0; i < kind.processors; ++i)
    graph.processors.push_back({"P" + std::to_string(i + 1)});
  for (size_t i = 0; i < kind.tasks; ++i) {
    Task task{"T" + std::to_string(i + 1), {}};
    double mean = random.within(0, 2 * kMeanDuration);
    for (size_t p = 0; p < kind.processors; ++p)
      task.cost.push_back(
          random.within(mean * (1 - kind.heterogeneity / 2), mean * (1 + kind.heterogeneity / 2)));
    graph.tasks.push_back(std::move(task));
  }
  graph.edges = edgesOf(kind, levelsOf(kind, random), random);
  for (TaskEdge &edge : graph.edges)
    edge.cost = random.within(0, 2 * kMeanDuration * kind.ccr);
  return graph;
}

std::vector<RandomGraphKind> randomGraphKinds(size_t processors) {
  std::vector<RandomGraphKind> kinds;
  for (size_t tasks : {20, 40, 60, 80, 100})
    for (double shape : {0.5, 1.0, 2.0})
      for (size_t outDegree : {size_t{1}, size_t{2}, size_t{3}, size_t{4}, size_t{5}, tasks})
        for (double ccr : {0.1, 0.5, 1.0, 5.0, 10.0})
          for (double heterogeneity : {0.1, 0.25, 0.5, 0.75, 1.0})
            kinds.push_back({tasks, shape, outDegree, ccr, heterogeneity, processors});
  return kinds;
}

double scheduleLengthRatio(const TaskGraph &graph, double makespan) {
  Instance instance(graph);
  std::vector<double> longest(instance.tasks());
  double path = 0;
  for (auto task = instance.order().rbegin(); task != instance.order().rend(); ++task) {
    for (const auto &[after, edge] : instance.successors(*task))
      longest[*task] = std::max(longest[*task], longest[after]);
    longest[*task] += instance.leastDuration(*task);
    path = std::max(path, longest[*task]);
  }
  return makespan / path;
}

} // namespace tandem
