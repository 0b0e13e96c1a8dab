#include "compiler/partition/minimum_cut.h"

#include <algorithm>
#include <limits>
#include <queue>

namespace tandem {
namespace {
// Larger than any sum of times, and far from where doubles lose microseconds.
constexpr double kForbidden = 1e12, kNothing = 1e-9;
constexpr size_t kUnreached = std::numeric_limits<size_t>::max();
} // namespace

MinimumCut::MinimumCut(size_t nodes)
    : nodes_(nodes), source_(nodes), sink_(nodes + 1), edgesOf_(nodes + 2) {}

size_t MinimumCut::addVertex() {
  edgesOf_.emplace_back();
  return edgesOf_.size() - 1;
}

void MinimumCut::addEdge(size_t from, size_t to, double capacity) {
  edgesOf_[from].push_back(edges_.size());
  edges_.push_back({to, std::min(capacity, kForbidden)});
  edgesOf_[to].push_back(edges_.size());
  edges_.push_back({from, 0});
}

// A node is inside when it stays on the source's side, so its edge to the sink is cut.
void MinimumCut::addCosts(size_t node, double inside, double outside) {
  addEdge(node, sink_, inside);
  addEdge(source_, node, outside);
}

void MinimumCut::addArrival(std::optional<size_t> producer, const std::vector<size_t> &consumers,
                            double us) {
  size_t value = addVertex();
  for (size_t consumer : consumers)
    addEdge(consumer, value, kForbidden);
  addEdge(value, producer.value_or(sink_), us);
}

void MinimumCut::addDeparture(size_t producer, const std::vector<size_t> &consumers, bool isOutput,
                              double us) {
  size_t value = addVertex();
  addEdge(producer, value, us);
  for (size_t consumer : consumers)
    addEdge(value, consumer, kForbidden);
  if (isOutput)
    addEdge(value, sink_, kForbidden);
}

// Dinic's algorithm: shortest augmenting paths, all of one length at a time.
bool MinimumCut::findLevels() {
  level_.assign(edgesOf_.size(), kUnreached);
  level_[source_] = 0;
  std::queue<size_t> queue({source_});
  for (; !queue.empty(); queue.pop())
    for (size_t index : edgesOf_[queue.front()])
      if (const Edge &edge = edges_[index];
          edge.capacity > kNothing && level_[edge.to] == kUnreached) {
        level_[edge.to] = level_[queue.front()] + 1;
        queue.push(edge.to);
      }
  return level_[sink_] != kUnreached;
}

double MinimumCut::push(size_t vertex, double flow) {
  if (vertex == sink_)
    return flow;
  for (size_t &i = next_[vertex]; i < edgesOf_[vertex].size(); ++i) {
    size_t index = edgesOf_[vertex][i];
    Edge &edge = edges_[index];
    if (edge.capacity <= kNothing || level_[edge.to] != level_[vertex] + 1)
      continue;
    double pushed = push(edge.to, std::min(flow, edge.capacity));
    if (pushed > kNothing) {
      edge.capacity -= pushed;
      edges_[index ^ 1].capacity += pushed;
      return pushed;
    }
  }
  return 0;
}

std::vector<bool> MinimumCut::solve() {
  while (findLevels()) {
    next_.assign(edgesOf_.size(), 0);
    while (push(source_, kForbidden) > kNothing) {
    }
  }
  std::vector<bool> inside(nodes_);
  for (size_t node = 0; node < nodes_; ++node)
    inside[node] = level_[node] != kUnreached;
  return inside;
}

} // namespace tandem
