#pragma once

#include "pipeline/schedulers/task_graph.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// A task graph laid out for inner loops: flat arrays, neighbours by task. Looks at `graph`, which
/// must outlive it. Edges of distance > 0 are left out of the neighbours: within one frame they
/// hold nothing up.
class Instance {
public:
  struct Neighbour {
    uint32_t task, edge;
  };

  explicit Instance(const TaskGraph &graph);

  const TaskGraph &graph() const { return graph_; }
  size_t tasks() const { return graph_.tasks.size(); }
  size_t processors() const { return processors_; }

  std::span<const Neighbour> predecessors(size_t task) const {
    return {in_.data() + inBegin_[task], in_.data() + inBegin_[task + 1]};
  }
  std::span<const Neighbour> successors(size_t task) const {
    return {out_.data() + outBegin_[task], out_.data() + outBegin_[task + 1]};
  }
  /// With dispatch; kCannotRun where it cannot.
  double duration(size_t task, size_t processor) const {
    return durations_[task * processors_ + processor];
  }
  bool canRun(size_t task, size_t processor) const {
    return duration(task, processor) != kCannotRun;
  }
  /// The processors that can run the task, ascending.
  std::span<const uint32_t> choices(size_t task) const {
    return {choices_.data() + choiceBegin_[task], choices_.data() + choiceBegin_[task + 1]};
  }
  double transfer(size_t edge, size_t from, size_t to) const {
    if (from == to)
      return 0;
    if (latency_.empty())
      return cost_[edge];
    size_t pair = from * processors_ + to;
    return cost_[edge] + latency_[pair] + bytes_[edge] * perByte_[pair];
  }
  int path(size_t from, size_t to) const { return graph_.path(from, to); }

  /// Paths are numbered below this; 0: none is exclusive.
  size_t paths() const { return paths_; }
  /// Whether tasks that run together may slow one another down.
  bool hasContention() const { return hasContention_; }
  /// Tasks in an order that respects the edges.
  const std::vector<size_t> &order() const { return order_; }

  // Means over the processors that can run the task, and over the pairs of unlike processors that
  // can run the edge's two ends: what rankings are made of.
  double meanDuration(size_t task) const { return meanDuration_[task]; }
  double meanTransfer(size_t edge) const { return meanTransfer_[edge]; }
  /// The least duration over the processors.
  double leastDuration(size_t task) const { return leastDuration_[task]; }

private:
  void layOutNeighbours();
  void layOutCosts();
  double meanTransferOf(const TaskEdge &edge, size_t index) const;

  const TaskGraph &graph_;
  size_t processors_, paths_ = 0;
  bool hasContention_ = false;
  std::vector<size_t> order_;
  std::vector<Neighbour> in_, out_;
  std::vector<size_t> inBegin_, outBegin_, choiceBegin_;
  std::vector<uint32_t> choices_;
  std::vector<double> durations_, cost_, bytes_, latency_, perByte_;
  std::vector<double> meanDuration_, meanTransfer_, leastDuration_;
};

} // namespace tandem
