#pragma once

#include "pipeline/schedulers/common/list_schedule.h"
#include "pipeline/schedulers/common/ranks.h"

namespace tandem {

// The list schedulers of the literature, for searches to start from. Each is in the .cpp of its
// name, which says its source.

ListSchedule heftSchedule(const Instance &instance);
ListSchedule cpopSchedule(const Instance &instance);
ListSchedule peftSchedule(const Instance &instance);
ListSchedule lookaheadSchedule(const Instance &instance);

/// The plan of a list that is in order of priority, with that order and what the priority is of.
inline Plan listPlan(const Instance &instance, const ListSchedule &schedule, const char *name,
                     const std::vector<double> &priority, std::vector<TaskRank> ranks) {
  Plan plan = schedule.plan(name);
  plan.order = orderByPriority(instance, priority);
  plan.ranks = std::move(ranks);
  return plan;
}

} // namespace tandem
