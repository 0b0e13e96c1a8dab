#pragma once

#include "pipeline/schedulers/common/instance.h"

#include <vector>

namespace tandem {

/// HEFT's upward rank by task: mean duration plus the longest way to the end, with mean transfers.
std::vector<double> upwardRanks(const Instance &instance);
/// CPOP's downward rank: the longest way from the start to where the task begins.
std::vector<double> downwardRanks(const Instance &instance);

/// PEFT's optimistic cost table, [task * processors + processor]: the least time from the task's
/// finish there to the end if every task could choose its processor freely. kCannotRun where the
/// task cannot run.
std::vector<double> optimisticCosts(const Instance &instance);
/// Its mean over the processors that can run the task.
std::vector<double> optimisticRanks(const Instance &instance, const std::vector<double> &costs);

/// All tasks, those with the highest priority first as soon as what they need has come; of equals
/// the least number. Priorities that differ by less than rounding errors count as equal.
std::vector<size_t> orderByPriority(const Instance &instance, const std::vector<double> &priority);
/// The priorities as orderByPriority() compares them.
std::vector<double> withoutRounding(const std::vector<double> &priority);

} // namespace tandem
