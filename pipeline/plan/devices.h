#pragma once

#include "devices/profile.h"
#include "pipeline/executor/app_tasks.h"

namespace tandem {

/// The cores that this process may use, by number.
std::vector<int> usableCores();

/// The devices of a plan for these tasks: `cores` as "cpu0", "cpu1", ... (kind "cpu"; each pinned,
/// unless `pin` is false), and each processor of the profile that a region was compiled for and
/// whose backend no core runs, by its name there ("npu").
std::vector<PipelineDevice> devicesFor(const AppTasks &tasks, const DeviceProfile &profile,
                                       const std::vector<int> &cores, bool pin = true);

} // namespace tandem
