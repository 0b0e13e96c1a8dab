#pragma once

#include "base/result.h"
#include "pipeline/schedulers/task_graph.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tandem {

enum class Objective {
  kLatency,    ///< one frame alone, done as early as possible
  kThroughput, ///< frames overlapping, as little time between them as possible
};

struct PlannedTask {
  size_t task = 0;
  size_t frame = 0; ///< 0 .. Plan::frames - 1
  size_t processor = 0;
  double start = 0, finish = 0;
};

/// The data of an edge on their way between unlike processors. On a path of its own (Link::path)
/// they wait for their turn, so that `start` may be later than the producer's finish.
struct PlannedTransfer {
  size_t edge = 0;  ///< of TaskGraph::edges
  size_t frame = 0; ///< of the producer
  double start = 0, finish = 0;
};

/// What a list scheduler goes by.
struct TaskRank {
  std::string name;           ///< as in its paper: "rank_u"
  std::vector<double> values; ///< by task
};

/// Which task runs where and when.
///
/// Latency     one frame; starts count from 0.
/// Throughput  a pattern of `frames` consecutive frames that is repeated every interval * frames: a
///             task of the pattern with start s runs at s + k * interval * frames for every k >= 0.
///             Frame f of a run follows the pattern's frame f % frames. Starts count from 0 and may
///             lie beyond the period: a frame takes longer than the time between two. A stage
///             with replicas is one whose frames in the pattern are on unlike processors.
/// Arrivals    with TaskGraph::arrivalPeriod frame f of the pattern arrives at f * interval, and
///             nothing of it starts before.
/// Memory      tasks that run together and ask for more bandwidth than there is (memoryShare sums
///             above 1) share it max-min fairly: each gets what it asks for up to a common level;
///             one that gets the part r of what it asked for runs at speed r. Latency plans have
///             the finish that comes of it; in throughput plans the time from start to finish is
///             enough for it.
struct Plan {
  std::string scheduler;
  Objective objective = Objective::kLatency;
  size_t frames = 1;
  std::vector<PlannedTask> tasks;         ///< frames * tasks, by frame, then task
  std::vector<PlannedTransfer> transfers; ///< those that take time, by frame, then edge
  /// From a frame's arrival (without arrivalPeriod: its first start) to its last finish; the
  /// longest of the pattern's frames.
  double makespan = 0;
  double interval = 0;       ///< between frames in the long run; latency plans: makespan
  size_t framesInFlight = 1; ///< frames that have begun and are not done, at most
  double bound = 0;          ///< no plan has less makespan (interval, for throughput)
  std::string boundReason;   ///< what the bound comes from: "busiest processors", "critical path"
  std::vector<size_t> order; ///< tasks as a list scheduler took them; empty: the plan is of no list
  std::vector<TaskRank> ranks = {}; ///< that this order comes from
  bool optimal = false;             ///< the objective equals the bound, or all else was ruled out

  double objectiveValue() const { return objective == Objective::kLatency ? makespan : interval; }
  /// How far above the bound the plan may be, as a part of the bound; 0 when optimal.
  double gap() const { return optimal || bound <= 0 ? 0 : (objectiveValue() - bound) / bound; }
  const PlannedTask &at(size_t frame, size_t task) const {
    return tasks[frame * (tasks.size() / frames) + task];
  }
};

/// What follows from the tasks, frames and interval of a plan.
struct PlanTotals {
  double makespan = 0;
  size_t framesInFlight = 1;
};
PlanTotals totalsOf(const TaskGraph &graph, const Plan &plan);

/// Holds a plan to its graph: every task once a frame, where it can run and for as long as it
/// takes, one at a time on a processor, after the transfers that it needs, one transfer at a time
/// on a path, arrivals, the totals, and the bound below them; for throughput all of it modulo the
/// period. Errors: kInternal, naming task and rule, since a scheduler that makes such a plan is
/// wrong.
Status checkPlan(const TaskGraph &graph, const Plan &plan);

} // namespace tandem
