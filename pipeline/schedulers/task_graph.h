#pragma once

#include "base/result.h"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// The cost of a task on a processor that cannot run it.
inline constexpr double kCannotRun = std::numeric_limits<double>::infinity();
/// No time, size or rate of a graph is larger, so that no sum or product of some is infinite.
inline constexpr double kLargestNumber = 1e60;

/// Runs one task at a time. Times of a graph are in one unit: microseconds for applications, any
/// unit for graphs of the literature.
struct PlanProcessor {
  std::string name;
  double dispatch = 0; ///< added to every task that runs here
};

struct Task {
  std::string name;
  std::vector<double> cost; ///< by processor, finite and not negative, or kCannotRun
  /// By processor: the part of the memory's bandwidth that it asks for while it runs, 0 to 1.
  /// Empty: none anywhere. Where tasks that run together ask for more than there is, see plan.h.
  std::vector<double> memoryShare = {};
};

/// Data that one task makes and another needs. `cost` is paid between unlike processors; `bytes` go
/// over the link of the pair and are paid beside it. On one processor both are free.
struct TaskEdge {
  size_t from = 0, to = 0; ///< tasks
  double cost = 0, bytes = 0;
  size_t distance = 0; ///< frames: the consumer is that of so many frames later (a tracker's state)
};

/// What crosses from one processor to another takes latency + bytes * perByte.
struct Link {
  double latency = 0, perByte = 0;
  int path =
      -1; ///< transfers of one path (a DMA engine) go one after another; -1: any number at once
};

/// What is to be scheduled: processors, tasks, and the edges between them, without a cycle among
/// those of distance 0.
struct TaskGraph {
  std::vector<PlanProcessor> processors;
  std::vector<Task> tasks;
  std::vector<TaskEdge> edges;
  std::vector<std::vector<Link>> links =
      {};                   ///< [from][to]; empty: all zero. The diagonal is unused
  double arrivalPeriod = 0; ///< frames come so far apart; 0: the next one is always there
  double frameBytes = 0;    ///< memory that each frame in flight holds

  bool canRun(size_t task, size_t processor) const {
    return tasks[task].cost[processor] != kCannotRun;
  }
  /// How long the task occupies the processor when nothing else asks for the memory.
  double duration(size_t task, size_t processor) const {
    return tasks[task].cost[processor] + processors[processor].dispatch;
  }
  /// How long the edge's data take from one processor to another; 0 on the same one.
  double transfer(const TaskEdge &edge, size_t from, size_t to) const {
    if (from == to)
      return 0;
    if (links.empty())
      return edge.cost;
    const Link &link = links[from][to];
    return edge.cost + link.latency + edge.bytes * link.perByte;
  }
  /// The path that those data take, or -1.
  int path(size_t from, size_t to) const {
    return from == to || links.empty() ? -1 : links[from][to].path;
  }
  double memoryShare(size_t task, size_t processor) const {
    return tasks[task].memoryShare.empty() ? 0 : tasks[task].memoryShare[processor];
  }
};

/// Refuses what no scheduler could work with: no processor, no task, rows of another length, costs
/// that are negative, NaN or above kLargestNumber, a task that runs nowhere, names that are empty
/// or not unique, edges to what is not there, two edges of one pair and distance, cycles. `subject`
/// is what messages are about: a file, an application. Errors: kInvalidArgument.
Status checkTaskGraph(const TaskGraph &graph, std::string_view subject);

/// The tasks so that each comes after those it needs in the same frame; of several that could come,
/// the one with the least number. The graph must have no cycle.
std::vector<size_t> topologicalOrder(const TaskGraph &graph);

/// Reads the JSON form (docs/schedulers.md) and checks it. Errors: kCorruptData, naming file and
/// place.
Result<TaskGraph> parseTaskGraph(std::string_view path, std::string_view text);

/// The JSON form; what parseTaskGraph() reads back as the same graph.
std::string taskGraphText(const TaskGraph &graph);

} // namespace tandem
