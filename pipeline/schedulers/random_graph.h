#pragma once

#include "pipeline/schedulers/task_graph.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// What a random graph is like, in the words of Topcuoglu, Hariri, Wu (IEEE TPDS 13(3), 2002, 5.2).
struct RandomGraphKind {
  size_t tasks = 20;          ///< v
  double shape = 1;           ///< alpha: height about sqrt(v) / alpha, width about sqrt(v) * alpha
  size_t outDegree = 3;       ///< successors of a task, as far as there are tasks below it
  double ccr = 1;             ///< mean transfer cost / mean duration
  double heterogeneity = 0.5; ///< beta: durations of a task lie in its mean * (1 +- beta / 2)
  size_t processors = 3;
};

/// Reproducible: the same graph for the same kind and seed on every machine. Levels of random
/// width, each task below the first level fed by one of the level above, and out-degrees filled up
/// with tasks below, the next level first.
TaskGraph randomGraph(const RandomGraphKind &kind, uint64_t seed);

/// The paper's 2,250 kinds: v 20 to 100, shape 0.5 to 2, out-degree 1 to 5 and v, CCR 0.1 to 10,
/// beta 0.1 to 1.
std::vector<RandomGraphKind> randomGraphKinds(size_t processors);

/// Schedule length ratio: makespan over the sum of the least costs along the critical path of least
/// costs.
double scheduleLengthRatio(const TaskGraph &graph, double makespan);

} // namespace tandem
