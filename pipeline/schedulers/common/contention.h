#pragma once

#include "pipeline/schedulers/common/instance.h"
#include "pipeline/schedulers/plan.h"

#include <span>
#include <vector>

namespace tandem {

/// How fast tasks run that ask for these parts of the memory's bandwidth together, each of 0 to 1:
/// max-min fair, so that one who asks for little gets it (plan.h). One who asks for nothing runs
/// at 1.
void fairSpeeds(std::span<const double> shares, std::span<double> speeds);

/// For each task of the plan, how much of its work is done from start to finish, given what runs
/// beside it. `period` 0: the plan runs once; else it is repeated, and no task is longer than that.
std::vector<double> workDone(const Instance &instance, const Plan &plan, double period);

/// Fills in what follows from tasks and exclusive transfers of a plan of one frame: what contention
/// does to the times (order on processors and paths kept, nothing waits without need), all other
/// transfers, makespan and interval.
void completeLatencyPlan(const Instance &instance, Plan &plan);

/// Sorts `plan.transfers`, and adds those that need no path of their own and take time, each as
/// soon as its data are there.
void addFreeTransfers(const Instance &instance, Plan &plan);

} // namespace tandem
