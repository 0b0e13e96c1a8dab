#include "pipeline/plan/devices.h"

#include <algorithm>
#include <sched.h>

namespace tandem {

/// What the CPU runs: generated code, and plain loops.
static const DeviceBackends kCpuBackends = {"cpu", "reference"};

std::vector<int> usableCores() {
  std::vector<int> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return {0};
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(static_cast<size_t>(core), &set))
      cores.push_back(core);
  return cores;
}

std::vector<PipelineDevice> devicesFor(const AppTasks &tasks, const DeviceProfile &profile,
                                       const std::vector<int> &cores, bool pin) {
  std::vector<PipelineDevice> devices;
  for (size_t i = 0; i < cores.size(); ++i)
    devices.push_back({"cpu" + std::to_string(i), "cpu", kCpuBackends, true,
                       pin ? std::optional(cores[i]) : std::nullopt});
  auto isThere = [&](const std::string &backend) {
    return std::ranges::any_of(devices, [&](const PipelineDevice &device) {
      return std::ranges::find(device.backends, backend) != device.backends.end();
    });
  };
  for (const AppTask &task : tasks.tasks)
    for (const AppTask::Region &region : task.regions)
      if (const Processor *processor = profile.processorOf(region.backend);
          processor && !isThere(region.backend))
        devices.push_back({processor->name, processor->name, {region.backend}, false, {}});
  return devices;
}

} // namespace tandem
