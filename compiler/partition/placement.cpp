#include "compiler/partition/placement.h"

#include "compiler/partition/minimum_cut.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace tandem {
namespace {

constexpr double kCannot = PlacementProblem::kCannot;

PlacementResult rated(const PlacementProblem &problem, Assignment assignment) {
  double us = assignmentUs(problem, assignment);
  if (us == kCannot)
    return {};
  return {std::move(assignment), us, false};
}

/// The device that `better` likes most among those that run the node.
template <typename Allowed, typename Better>
std::optional<size_t> bestDevice(const PlacementProblem &problem, size_t node, Allowed allowed,
                                 Better better) {
  std::optional<size_t> best;
  for (size_t device = 0; device < problem.devices.size(); ++device)
    if (problem.nodeUs[node][device] != kCannot && allowed(device) &&
        (!best || better(device, *best)))
      best = device;
  return best;
}

std::optional<size_t> fastestFree(const PlacementProblem &problem, size_t node) {
  return bestDevice(
      problem, node, [&](size_t device) { return problem.devices[device].isFree(); },
      [&](size_t a, size_t b) { return problem.nodeUs[node][a] < problem.nodeUs[node][b]; });
}

/// The devices worth trying for a node: of those that cost nothing to call only the fastest, since
/// which of them it is changes no region of the others.
std::vector<size_t> choicesOf(const PlacementProblem &problem, size_t node) {
  std::vector<size_t> choices;
  for (size_t device = 0; device < problem.devices.size(); ++device)
    if (problem.nodeUs[node][device] != kCannot && !problem.devices[device].isFree())
      choices.push_back(device);
  if (std::optional<size_t> free = fastestFree(problem, node))
    choices.push_back(*free);
  return choices;
}

/// Depth first over the nodes in order; a branch whose bound is no better than the best is left.
class Search {
public:
  Search(const PlacementProblem &problem, PlacementResult best, size_t budget)
      : problem_(problem), best_(std::move(best)), budget_(budget), current_(problem.nodes(), 0),
        restUs_(problem.nodes() + 1, 0), valuesOf_(problem.nodes()) {
    for (size_t node = 0; node < problem.nodes(); ++node)
      choicesOf_.push_back(choicesOf(problem, node));
    for (size_t node = problem.nodes(); node-- > 0;)
      restUs_[node] = restUs_[node + 1] +
                      *std::min_element(problem.nodeUs[node].begin(), problem.nodeUs[node].end());
    for (size_t i = 0; i < problem.values.size(); ++i) {
      const PlacementProblem::Value &value = problem.values[i];
      size_t last = value.producer == PlacementProblem::kInput ? 0 : value.producer;
      for (size_t consumer : value.consumers)
        last = std::max(last, consumer);
      if (!problem.nodeUs.empty())
        valuesOf_[last].push_back(i);
    }
  }

  PlacementResult run() {
    descend(0, 0);
    best_.exact = budget_ > 0;
    return std::move(best_);
  }

private:
  void descend(size_t node, double us) {
    if (budget_ == 0 || us + restUs_[node] >= best_.us)
      return;
    if (node == problem_.nodes()) {
      --budget_;
      double total = assignmentUs(problem_, current_);
      if (total < best_.us)
        best_ = {current_, total, false};
      return;
    }
    for (size_t device : choicesOf_[node]) {
      current_[node] = device;
      descend(node + 1, us + problem_.nodeUs[node][device] + crossings(node));
    }
  }

  /// What the values that are decided with this node cost at least, whatever the regions will be: a
  /// value that leaves a device, or comes to it, does so once or more often.
  double crossings(size_t node) const {
    double us = 0;
    for (size_t index : valuesOf_[node]) {
      const PlacementProblem::Value &value = problem_.values[index];
      bool isInput = value.producer == PlacementProblem::kInput;
      auto cost = [&](size_t device) {
        const PlacementProblem::Device &d = problem_.devices[device];
        return d.transferUs + d.transferUsPerByte * static_cast<double>(value.bytes);
      };
      bool leaves = value.isOutput;
      for (size_t device = 0; device < problem_.devices.size(); ++device) {
        bool away = isInput || current_[value.producer] != device;
        bool read = std::any_of(value.consumers.begin(), value.consumers.end(),
                                [&](size_t consumer) { return current_[consumer] == device; });
        if (away && read)
          us += cost(device);
        leaves |= away && read;
      }
      if (!isInput && leaves)
        us += cost(current_[value.producer]);
    }
    return us;
  }

  const PlacementProblem &problem_;
  PlacementResult best_;
  size_t budget_;
  Assignment current_;
  std::vector<std::vector<size_t>> choicesOf_; ///< by node
  std::vector<double> restUs_; ///< of the nodes from here on, each where it is fastest
  std::vector<std::vector<size_t>> valuesOf_; ///< by the last of its nodes
};

/// Which moves of single nodes can help: each that is tried costs as much as the whole graph.
class PromisingMoves {
public:
  explicit PromisingMoves(const PlacementProblem &problem)
      : problem_(problem), near_(problem.nodes()), isBorder_(problem.nodes()) {
    for (size_t i = 0; i < problem.values.size(); ++i) {
      const PlacementProblem::Value &value = problem.values[i];
      bool isInput = value.producer == PlacementProblem::kInput;
      if (!isInput)
        add(value.producer, i, value.isOutput);
      for (size_t consumer : value.consumers)
        add(consumer, i, isInput);
    }
  }

  /// False: the node is no faster there, and nothing that it shares a value with is there or
  /// outside, so that a region and copies come on top. A node that is a region is moved as one.
  bool mayHelp(const Assignment &assignment, size_t node, size_t device) const {
    if (isBorder_[node] || problem_.nodeUs[node][device] < problem_.nodeUs[node][assignment[node]])
      return true;
    return std::ranges::any_of(near_[node], [&](size_t index) {
      const PlacementProblem::Value &value = problem_.values[index];
      return (value.producer != PlacementProblem::kInput && assignment[value.producer] == device) ||
             std::ranges::any_of(value.consumers,
                                 [&](size_t consumer) { return assignment[consumer] == device; });
    });
  }

private:
  void add(size_t node, size_t value, bool isBorder) {
    near_[node].push_back(value);
    isBorder_[node] = isBorder_[node] || isBorder;
  }

  const PlacementProblem &problem_;
  std::vector<std::vector<size_t>> near_; ///< the values that a node makes or reads
  std::vector<bool> isBorder_;            ///< of the model
};

/// Moves single nodes and whole regions while that helps.
PlacementResult improved(const PlacementProblem &problem, PlacementResult start) {
  auto tryMove = [&](const std::vector<size_t> &nodes, size_t device) {
    Assignment moved = start.assignment;
    for (size_t node : nodes)
      if (problem.nodeUs[node][device] != kCannot)
        moved[node] = device;
    if (moved == start.assignment)
      return false;
    double us = assignmentUs(problem, moved);
    if (us >= start.us)
      return false;
    start = {std::move(moved), us, false};
    return true;
  };
  PromisingMoves promising(problem);
  constexpr int kRounds = 20; // each round only makes it faster; more has never been needed
  bool moved = true;
  for (int round = 0; moved && round < kRounds; ++round) {
    moved = false;
    Regions regions = mergeRegions(problem, start.assignment);
    std::vector<std::vector<size_t>> groups(regions.count);
    for (size_t node : regions.order)
      groups[regions.regionOf[node]].push_back(node);
    for (const std::vector<size_t> &group : groups)
      for (size_t device = 0; device < problem.devices.size(); ++device)
        moved |= tryMove(group, device);
    for (size_t node = 0; node < problem.nodes(); ++node)
      for (size_t device = 0; device < problem.devices.size(); ++device)
        if (promising.mayHelp(start.assignment, node, device))
          moved |= tryMove({node}, device);
  }
  return start;
}

/// Accelerator `device` against the fastest free one of each node. A part of the dispatch is put on
/// each value that comes in, which the cut can count where it cannot count regions.
PlacementResult placeByCut(const PlacementProblem &problem, size_t device, double dispatchPart) {
  const PlacementProblem::Device &costs = problem.devices[device];
  MinimumCut cut(problem.nodes());
  std::vector<size_t> fallback(problem.nodes());
  for (size_t node = 0; node < problem.nodes(); ++node) {
    std::optional<size_t> other = bestDevice(
        problem, node, [&](size_t candidate) { return candidate != device; },
        [&](size_t a, size_t b) { return problem.nodeUs[node][a] < problem.nodeUs[node][b]; });
    fallback[node] = other.value_or(device);
    cut.addCosts(node, problem.nodeUs[node][device],
                 other ? problem.nodeUs[node][*other] : kCannot);
  }
  for (const PlacementProblem::Value &value : problem.values) {
    double us = costs.transferUs + costs.transferUsPerByte * static_cast<double>(value.bytes);
    cut.addArrival(value.producer == PlacementProblem::kInput ? std::nullopt
                                                              : std::optional(value.producer),
                   value.consumers, us + dispatchPart * costs.dispatchUs);
    if (value.producer != PlacementProblem::kInput)
      cut.addDeparture(value.producer, value.consumers, value.isOutput, us);
  }
  std::vector<bool> inside = cut.solve();
  Assignment assignment(problem.nodes());
  for (size_t node = 0; node < problem.nodes(); ++node)
    assignment[node] = inside[node] ? device : fallback[node];
  return rated(problem, std::move(assignment));
}

void keepFaster(PlacementResult &best, PlacementResult other) {
  if (other.us < best.us)
    best = std::move(other);
}

} // namespace

PlacementProblem limitedTo(PlacementProblem problem, const Assignment &assignment,
                           const AcceleratorPart &part) {
  std::vector<size_t> nodes; // on accelerators, those to keep first
  double all = 0;
  for (size_t node = 0; node < problem.nodes(); ++node)
    if (!problem.devices[assignment[node]].isFree()) {
      nodes.push_back(node);
      all += problem.nodeUs[node][assignment[node]];
    }
  if (part.isLast)
    std::ranges::reverse(nodes);
  double before = 0;
  for (size_t node : nodes) {
    double us = problem.nodeUs[node][assignment[node]];
    // That of which the greater half is beyond the part goes too.
    bool isKept = before + us / 2 < part.part * all;
    before += us;
    if (isKept || !fastestFree(problem, node))
      continue;
    for (size_t device = 0; device < problem.devices.size(); ++device)
      if (!problem.devices[device].isFree())
        problem.nodeUs[node][device] = kCannot;
  }
  return problem;
}

PlacementResult placeGreedily(const PlacementProblem &problem) {
  Assignment assignment;
  for (size_t node = 0; node < problem.nodes(); ++node) {
    std::optional<size_t> first = bestDevice(
        problem, node, [](size_t) { return true; }, [](size_t, size_t) { return false; });
    if (!first)
      return {};
    assignment.push_back(*first);
  }
  return rated(problem, std::move(assignment));
}

PlacementResult placeWithoutAccelerators(const PlacementProblem &problem) {
  Assignment assignment;
  for (size_t node = 0; node < problem.nodes(); ++node) {
    std::optional<size_t> device = fastestFree(problem, node);
    if (!device)
      return {};
    assignment.push_back(*device);
  }
  return rated(problem, std::move(assignment));
}

PlacementResult placeByCost(const PlacementProblem &problem, size_t budget) {
  std::vector<PlacementResult> starts = {placeGreedily(problem), placeWithoutAccelerators(problem)};
  for (size_t device = 0; device < problem.devices.size(); ++device)
    if (!problem.devices[device].isFree())
      for (double dispatchPart : {0.0, 0.25, 1.0})
        starts.push_back(placeByCut(problem, device, dispatchPart));
  PlacementResult best;
  for (PlacementResult &start : starts)
    if (!start.assignment.empty() || problem.nodes() == 0)
      keepFaster(best, std::move(start));
  if (best.assignment.empty())
    return best;

  size_t choices = 0; // beyond some twenty the search cannot end, and is not begun
  for (size_t node = 0; node < problem.nodes(); ++node)
    choices += choicesOf(problem, node).size() > 1;
  constexpr size_t kMostChoices = 24;
  best = improved(problem, std::move(best));
  if (choices <= kMostChoices && budget > 0)
    best = Search(problem, std::move(best), budget).run();
  return best;
}

} // namespace tandem
