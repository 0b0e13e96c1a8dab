#include "compiler/partition/placement.h"

#include <algorithm>
#include <set>

namespace tandem {
namespace {

struct Edges {
  std::vector<std::vector<size_t>> consumersOf;
  std::vector<size_t> producersLeft;
};

Edges edgesOf(const PlacementProblem &problem) {
  Edges edges{std::vector<std::vector<size_t>>(problem.nodes()),
              std::vector<size_t>(problem.nodes(), 0)};
  for (const PlacementProblem::Value &value : problem.values)
    if (value.producer != PlacementProblem::kInput)
      for (size_t consumer : value.consumers) {
        edges.consumersOf[value.producer].push_back(consumer);
        ++edges.producersLeft[consumer];
      }
  return edges;
}

/// Nodes that are ready, by device, each in source order.
class ReadyNodes {
public:
  ReadyNodes(const PlacementProblem &problem, const Assignment &assignment)
      : problem_(problem), assignment_(assignment), byDevice_(problem.devices.size()) {}

  void add(size_t node) { byDevice_[assignment_[node]].insert(node); }

  /// The next node when `device` ran the last one: of the same device, else of one that costs no
  /// more to go to, else the first of all.
  size_t take(size_t device) {
    size_t from = byDevice_.size();
    if (!byDevice_[device].empty())
      from = device;
    for (bool sameClassOnly : {true, false})
      for (size_t other = 0; from == byDevice_.size() && other < byDevice_.size(); ++other)
        if (!byDevice_[other].empty() && (!sameClassOnly || bothFree(device, other)))
          from = other;
    size_t node = *byDevice_[from].begin();
    byDevice_[from].erase(byDevice_[from].begin());
    return node;
  }

private:
  bool bothFree(size_t a, size_t b) const {
    return problem_.devices[a].isFree() && problem_.devices[b].isFree();
  }

  const PlacementProblem &problem_;
  const Assignment &assignment_;
  std::vector<std::set<size_t>> byDevice_;
};

/// All that a device can run, before the next device is gone to: with two kinds of devices no order
/// that starts on `first` has fewer regions.
Regions mergeFrom(const PlacementProblem &problem, const Assignment &assignment, Edges edges,
                  size_t first) {
  ReadyNodes ready(problem, assignment);
  for (size_t node = 0; node < problem.nodes(); ++node)
    if (edges.producersLeft[node] == 0)
      ready.add(node);
  Regions regions;
  regions.regionOf.resize(problem.nodes());
  size_t device = first;
  while (regions.order.size() < problem.nodes()) {
    size_t node = ready.take(device);
    if (regions.order.empty() || assignment[node] != device)
      ++regions.count;
    device = assignment[node];
    regions.order.push_back(node);
    regions.regionOf[node] = regions.count - 1;
    for (size_t consumer : edges.consumersOf[node])
      if (--edges.producersLeft[consumer] == 0)
        ready.add(consumer);
  }
  return regions;
}

double extraUs(const std::vector<RegionCost> &costs) {
  double us = 0;
  for (const RegionCost &cost : costs)
    us += cost.dispatchUs + cost.transferUs;
  return us;
}

} // namespace

Regions mergeRegions(const PlacementProblem &problem, const Assignment &assignment) {
  Edges edges = edgesOf(problem);
  std::set<size_t> used(assignment.begin(), assignment.end());
  Regions best;
  double least = PlacementProblem::kCannot;
  for (size_t first : used) {
    Regions regions = mergeFrom(problem, assignment, edges, first);
    double us = extraUs(regionCosts(problem, assignment, regions));
    if (best.order.empty() || us < least || (us == least && regions.count < best.count)) {
      best = std::move(regions);
      least = us;
    }
  }
  return best;
}

std::vector<RegionCost> regionCosts(const PlacementProblem &problem, const Assignment &assignment,
                                    const Regions &regions) {
  std::vector<RegionCost> costs(regions.count);
  std::vector<size_t> deviceOf(regions.count);
  for (size_t node = 0; node < problem.nodes(); ++node)
    deviceOf[regions.regionOf[node]] = assignment[node];
  for (size_t region = 0; region < regions.count; ++region)
    costs[region].dispatchUs = problem.devices[deviceOf[region]].dispatchUs;
  auto cross = [&](size_t region, uint64_t bytes) {
    const PlacementProblem::Device &device = problem.devices[deviceOf[region]];
    costs[region].transferUs +=
        device.transferUs + device.transferUsPerByte * static_cast<double>(bytes);
  };
  std::vector<size_t> readers;
  for (const PlacementProblem::Value &value : problem.values) {
    bool isInput = value.producer == PlacementProblem::kInput;
    size_t home = isInput ? regions.count : regions.regionOf[value.producer];
    readers.clear();
    for (size_t consumer : value.consumers)
      if (size_t region = regions.regionOf[consumer]; region != home)
        readers.push_back(region);
    std::sort(readers.begin(), readers.end());
    readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
    for (size_t region : readers)
      cross(region, value.bytes);
    if (!isInput && (value.isOutput || !readers.empty()))
      cross(home, value.bytes);
  }
  return costs;
}

double assignmentUs(const PlacementProblem &problem, const Assignment &assignment) {
  double us = 0;
  for (size_t node = 0; node < problem.nodes(); ++node)
    us += problem.nodeUs[node][assignment[node]];
  if (us == PlacementProblem::kCannot)
    return us;
  return us + extraUs(regionCosts(problem, assignment, mergeRegions(problem, assignment)));
}

} // namespace tandem
