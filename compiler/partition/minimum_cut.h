#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tandem {

/// Which nodes to put inside (on an accelerator) so that the sum of all costs is least. Exact:
/// a minimum cut of a flow network (Stone, "Multiprocessor Scheduling with the Aid of Network Flow
/// Algorithms", 1977), with a node more for each value, so that a value that crosses pays once for
/// all its readers.
class MinimumCut {
public:
  explicit MinimumCut(size_t nodes);

  /// A node costs `inside` or `outside`; infinity where it cannot be.
  void addCosts(size_t node, double inside, double outside);
  /// `us` once if `producer` (nothing: an input of the graph) is outside and any consumer inside.
  void addArrival(std::optional<size_t> producer, const std::vector<size_t> &consumers, double us);
  /// `us` once if `producer` is inside and any consumer outside, or the value is an output.
  void addDeparture(size_t producer, const std::vector<size_t> &consumers, bool isOutput,
                    double us);

  /// By node: inside. Call once.
  std::vector<bool> solve();

private:
  struct Edge {
    size_t to;
    double capacity;
  };
  void addEdge(size_t from, size_t to, double capacity);
  size_t addVertex();
  bool findLevels();
  double push(size_t vertex, double flow);

  size_t nodes_, source_, sink_;
  std::vector<Edge> edges_; ///< each followed by its reverse
  std::vector<std::vector<size_t>> edgesOf_;
  std::vector<size_t> level_, next_;
};

} // namespace tandem
