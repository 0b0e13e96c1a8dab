#pragma once

#include "pipeline/schedulers/common/instance.h"

#include <span>
#include <string>
#include <vector>

namespace tandem {

/// Times that differ by less than this part of themselves are equal but for rounding.
inline constexpr double kTimeTolerance = 1e-9;

/// What no plan can be below, and why.
struct Bound {
  double value = 0;
  std::string reason;
};

/// How little time the processors need for all tasks together, if tasks could be cut into pieces of
/// any size: a linear program of one row a processor and one for the memory's bandwidth.
struct FractionalLoad {
  double value = 0;
  /// The dual solution, of sum 1, by processor and then for the memory: whatever the plan, the
  /// processors' and the memory's busy times, weighted with these, sum to at least `value`.
  std::vector<double> weights;
  /// By task: the least it adds to that sum. Those of any set of tasks bound the time for that set.
  std::vector<double> shares;
};
FractionalLoad fractionalLoad(const Instance &instance);

// Both by [task * processors + processor], if all other tasks chose their processors freely and got
// in one another's way only where they share a neighbour (siblings.h); kCannotRun where the task
// cannot run.
/// When the task can be done there, at the earliest.
std::vector<double> earliestFinishes(const Instance &instance);
/// How much time is to come after the task's finish there, at least.
std::vector<double> leastRests(const Instance &instance);

/// On the makespan of one frame.
Bound latencyBound(const Instance &instance);

/// On the time between frames; `mostFramesInFlight` 0: any number.
Bound intervalBound(const Instance &instance, size_t mostFramesInFlight);

} // namespace tandem
