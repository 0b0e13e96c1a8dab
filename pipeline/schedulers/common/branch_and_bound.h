#pragma once

#include "pipeline/schedulers/common/instance.h"
#include "pipeline/schedulers/plan.h"

#include <chrono>
#include <vector>

namespace tandem {

/// What branch and bound found out about one frame, contention left aside.
struct ExactResult {
  std::vector<PlannedTask> tasks;         ///< empty: nothing better than the makespan it was given
  std::vector<PlannedTransfer> transfers; ///< on exclusive paths
  double bound = 0;                       ///< no schedule has less makespan
  bool complete = false;                  ///< all of the tree was searched or ruled out
};

/// Most tasks that exactSearch() can take, whether or not it gets through with them.
inline constexpr size_t kMostExactTasks = 64;

/// Looks for the least makespan below `incumbent`; stops at the deadline with the bound it has
/// then.
///
/// Branches on the next task (or transfer on an exclusive path) to start, in order of start times.
/// Ruled out are: starts that were possible before the last one; waiting while a task could be done
/// and its output sent anywhere before (without exclusive paths); other than the first of equal
/// empty processors; states dominated by one seen before; and what the bounds (longest way with
/// free choice of processors, fractional load) say cannot beat the incumbent.
ExactResult exactSearch(const Instance &instance, double incumbent,
                        std::chrono::steady_clock::time_point deadline);

} // namespace tandem
