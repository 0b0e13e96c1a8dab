#pragma once

#include "devices/profile.h"
#include "pipeline/executor/app_tasks.h"

#include <string>
#include <vector>

namespace tandem {

/// The kind of a machine's strongest cores.
inline constexpr const char *kStrongestCores = "cpu";

/// Cores of one sort: each takes as long as the others for everything.
struct CpuCluster {
  std::string name; ///< the kind of its cores: kStrongestCores, "little"
  size_t count = 0;
  std::vector<int> cores; ///< numbers for the system, to pin to; empty: not known
};

/// The cores that this process may use, by number.
std::vector<int> usableCores();

/// The clusters of these cores, the strongest first, by what Linux says of each (`folder`:
/// cpuN/cpu_capacity, which a system of equal cores does not have): "cpu", "middle", "little".
std::vector<CpuCluster> clustersOf(const std::vector<int> &cores,
                                   const std::string &folder = "/sys/devices/system/cpu");
/// Those of a profile: processors of one name that cores run the code of. Errors: kUnsupported,
/// when it has none: what is between an application's models needs one.
Result<std::vector<CpuCluster>> clustersOf(const DeviceProfile &profile);
/// The first `most` cores of them.
std::vector<CpuCluster> firstCores(std::vector<CpuCluster> clusters, size_t most);

/// The devices of a plan for these tasks: the cores of each cluster as "cpu0", "cpu1", ...,
/// "little0", ... (kind: the cluster's name; pinned where the cluster says to what), and each
/// processor of the profile that a region was compiled for and whose backend no core runs, by its
/// name there ("npu").
std::vector<PipelineDevice> devicesFor(const AppTasks &tasks, const DeviceProfile &profile,
                                       const std::vector<CpuCluster> &clusters);

} // namespace tandem
