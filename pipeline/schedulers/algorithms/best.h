#pragma once

#include "pipeline/schedulers/common/list_schedule.h"
#include "pipeline/schedulers/scheduler.h"

namespace tandem {

/// What scheduler "best" does, for the exact search to start from.
ListSchedule bestSchedule(const Instance &instance, const ScheduleOptions &options);

} // namespace tandem
