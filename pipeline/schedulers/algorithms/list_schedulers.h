#pragma once

#include "pipeline/schedulers/common/list_schedule.h"

namespace tandem {

// The list schedulers of the literature, for searches to start from. Each is in the .cpp of its
// name, which says its source.

ListSchedule heftSchedule(const Instance &instance);
ListSchedule cpopSchedule(const Instance &instance);
ListSchedule peftSchedule(const Instance &instance);
ListSchedule lookaheadSchedule(const Instance &instance);

} // namespace tandem
