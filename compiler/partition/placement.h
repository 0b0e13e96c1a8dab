#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tandem {

/// Which of several devices runs which node of a graph, so that one run of the graph takes the
/// least time. Plain data: nodes may be single ops, composites or whole regions.
///
/// The time of an assignment is that of its nodes, one after another, plus what its regions cost:
/// neighbours on one device run as one region (mergeRegions), and each region of a device with a
/// dispatch cost or a memory of its own pays for being called, for every value that it reads from
/// outside and for every one that others read of it.
struct PlacementProblem {
  static constexpr double kCannot = std::numeric_limits<double>::infinity();
  static constexpr size_t kInput = std::numeric_limits<size_t>::max();

  struct Device {
    double dispatchUs = 0;
    double transferUs = 0, transferUsPerByte = 0; ///< of a value that crosses a region's border
    bool isFree() const { return dispatchUs == 0 && transferUs == 0 && transferUsPerByte == 0; }
  };
  struct Value {
    size_t producer = kInput; ///< a node, or kInput: an input of the graph
    std::vector<size_t> consumers;
    bool isOutput = false; ///< of the graph
    uint64_t bytes = 0;
  };

  std::vector<Device> devices; ///< in order of preference
  /// By node, then device; kCannot where it does not run. Nodes are in a topological order.
  std::vector<std::vector<double>> nodeUs;
  std::vector<Value> values;

  size_t nodes() const { return nodeUs.size(); }
};

/// By node: index of a device.
using Assignment = std::vector<size_t>;

/// A part of what runs on accelerators (devices that are not free), by its time there: the first of
/// it, or the last.
struct AcceleratorPart {
  double part = 1; ///< 0 to 1; 1: all
  bool isLast = false;
};
/// The problem without the accelerators for the nodes that the assignment gives them beyond that
/// part, where those run elsewhere.
PlacementProblem limitedTo(PlacementProblem problem, const Assignment &assignment,
                           const AcceleratorPart &part);

/// Nodes in an order of execution in which regions, runs of nodes of one device, are as few as
/// found; a topological order of regions, so no region waits for itself.
struct Regions {
  std::vector<size_t> order;    ///< nodes
  std::vector<size_t> regionOf; ///< by node
  size_t count = 0;
};
Regions mergeRegions(const PlacementProblem &problem, const Assignment &assignment);

/// What one region costs beside its nodes.
struct RegionCost {
  double dispatchUs = 0, transferUs = 0;
};
std::vector<RegionCost> regionCosts(const PlacementProblem &problem, const Assignment &assignment,
                                    const Regions &regions);

/// Time of the assignment, kCannot if it is not possible.
double assignmentUs(const PlacementProblem &problem, const Assignment &assignment);

struct PlacementResult {
  Assignment assignment; ///< empty: some node runs nowhere
  double us = PlacementProblem::kCannot;
  bool exact = false; ///< no assignment is faster, by this model
};

/// Each node on the first device that runs it: what annotating and merging without costs gives
/// (Chen et al., "Bring Your Own Codegen to Deep Learning Compiler", arXiv 2105.03215).
PlacementResult placeGreedily(const PlacementProblem &problem);
/// Each node where it is fastest, among devices that cost nothing to call: without accelerators.
PlacementResult placeWithoutAccelerators(const PlacementProblem &problem);
/// The fastest found, and never slower than the two above. Exact while the search stays within
/// `budget` assignments looked at: always for graphs of a dozen nodes with a choice. Beyond, the
/// best of minimum cuts (which leave out the cost of a dispatch, and weigh it in by steps) and of
/// local search from each of them.
PlacementResult placeByCost(const PlacementProblem &problem, size_t budget = 20'000);

} // namespace tandem
