#pragma once

#include "pipeline/schedulers/plan.h"

#include <string>

namespace tandem {

/// What is asked of a plan of an application. Times in microseconds; 0: nothing is asked.
struct PlanWishes {
  /// Empty: throughput, and what goes with the other.
  std::string scheduler = {}, objective = {};
  double periodUs = 0;       ///< that frames have to be done at
  double latencyUs = 0;      ///< of a frame, from its submission on
  size_t framesInFlight = 0; ///< at most
  double bytes = 0;          ///< that all frames in flight may hold
};

/// The plan of an application's graph (taskGraphOf()) that keeps to the wishes. Errors: those of
/// SchedulerTable::run() and requirePace().
Result<Plan> planGraph(const TaskGraph &graph, const PlanWishes &wishes);

/// The best plan for what tasks take now, for a pipeline that runs: within the latency that was
/// asked for while a plan is found that is, else without it, since frames go on.
Result<Plan> planGraphAgain(const TaskGraph &graph, PlanWishes wishes);

} // namespace tandem
