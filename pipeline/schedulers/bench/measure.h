#pragma once

#include "pipeline/schedulers/scheduler.h"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::bench {

/// The schedulers that are compared, in the order of the tables' columns.
inline constexpr std::array<std::string_view, 5> kCompared = {"heft", "cpop", "peft", "lookahead",
                                                              "best"};

/// Sums over some of the random graphs.
struct Group {
  size_t graphs = 0, better = 0, equal = 0,
         worse = 0;                                 ///< best against the best of heft, cpop, peft
  std::array<double, kCompared.size()> ratios = {}; ///< schedule length ratios
  double bound = 0;                                 ///< the lower bound's

  double mean(size_t scheduler) const { return ratios[scheduler] / static_cast<double>(graphs); }
};

/// Groups by what they have in common ("CCR 0.1").
struct Comparison {
  std::vector<std::pair<std::string, Group>> groups; ///< in order of first appearance
  Group all;
};

/// Every `step`-th of the paper's 2,250 kinds for each number of processors. Progress on stderr.
Comparison compareOnRandomGraphs(const std::vector<size_t> &processors, size_t step);

/// How near to the proven optimum the schedulers come on graphs of 6 to 12 tasks.
struct NearOptimum {
  size_t graphs = 0, proven = 0, optimal = 0;
  std::array<double, kCompared.size()> above = {}; ///< mean part above the optimum, of the proven
  double worst = 0;                                ///< of best
};
NearOptimum compareWithOptimum(size_t graphs);

/// Throughput plans of random graphs against the bound, and against HEFT's placement of one frame
/// with frames overlapping.
struct Throughput {
  size_t tasks = 0, processors = 0, graphs = 0;
  double aboveBound = 0, mostAbove = 0, heftAboveBound = 0, ms = 0;
};
std::vector<Throughput> measureThroughput(size_t graphs);

/// Time to plan one graph, the median of some, in ms of this core.
struct PlanningTime {
  std::string graph;
  std::array<double, kCompared.size()> ms = {};
};
std::vector<PlanningTime> measurePlanningTimes(size_t runs);

/// A bar chart of mean schedule length ratios, a cluster a group.
std::string ratioChart(const std::vector<std::pair<std::string, Group>> &groups);

} // namespace tandem::bench
