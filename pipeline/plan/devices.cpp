#include "pipeline/plan/devices.h"

#include "runtime/session.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <sched.h>

namespace tandem {
namespace {

/// What the CPU runs: generated code, and plain loops.
const DeviceBackends kCpuBackends = {"cpu", "reference"};

bool runsOnCores(const std::string &backend) {
  return std::ranges::find(kCpuBackends, backend) != kCpuBackends.end();
}

bool timesAreModelled(const std::string &backend) {
  Result<const Device *> device = findDevice(backend);
  return device.ok() && (*device)->timesAreModelled();
}

/// Linux' measure of a core, 1024 for the strongest; that where it says nothing.
int capacityOf(int core, const std::string &folder) {
  constexpr int kStrongest = 1024;
  int capacity = 0;
  std::ifstream file(folder + "/cpu" + std::to_string(core) + "/cpu_capacity");
  return file >> capacity ? capacity : kStrongest;
}

/// Of cluster `index` of `count`, the strongest first.
std::string clusterName(size_t index, size_t count) {
  if (index == 0)
    return kStrongestCores;
  if (index + 1 == count)
    return "little";
  return "middle" + (count > 3 ? std::to_string(index) : "");
}

} // namespace

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

std::vector<CpuCluster> clustersOf(const std::vector<int> &cores, const std::string &folder) {
  std::map<int, std::vector<int>, std::greater<>> byCapacity;
  for (int core : cores)
    byCapacity[capacityOf(core, folder)].push_back(core);
  std::vector<CpuCluster> clusters;
  for (const auto &[capacity, own] : byCapacity)
    clusters.push_back({clusterName(clusters.size(), byCapacity.size()), own.size(), own});
  return clusters;
}

Result<std::vector<CpuCluster>> clustersOf(const DeviceProfile &profile) {
  std::vector<CpuCluster> clusters;
  for (const Processor &processor : profile.processors)
    if (runsOnCores(processor.backend) &&
        std::ranges::find(clusters, processor.name, &CpuCluster::name) == clusters.end())
      clusters.push_back({processor.name, static_cast<size_t>(processor.count), processor.cores});
  if (clusters.empty())
    return Error(Code::kUnsupported, "", "device '", profile.name,
                 "' has no CPU, which the steps between the models need: no processor of its "
                 "profile is of backend 'cpu'");
  return clusters;
}

std::vector<CpuCluster> firstCores(std::vector<CpuCluster> clusters, size_t most) {
  for (CpuCluster &cluster : clusters) {
    cluster.count = std::min(cluster.count, most);
    cluster.cores.resize(std::min(cluster.cores.size(), cluster.count));
    most -= cluster.count;
  }
  std::erase_if(clusters, [](const CpuCluster &cluster) { return cluster.count == 0; });
  return clusters;
}

std::vector<PipelineDevice> devicesFor(const AppTasks &tasks, const DeviceProfile &profile,
                                       const std::vector<CpuCluster> &clusters) {
  std::vector<PipelineDevice> devices;
  for (const CpuCluster &cluster : clusters)
    for (size_t i = 0; i < cluster.count; ++i)
      devices.push_back({cluster.name + std::to_string(i), cluster.name, kCpuBackends, true,
                         cluster.cores.empty() ? std::nullopt : std::optional(cluster.cores[i])});
  auto isThere = [&](const std::string &backend) {
    return std::ranges::any_of(devices, [&](const PipelineDevice &device) {
      return std::ranges::find(device.backends, backend) != device.backends.end();
    });
  };
  for (const AppTask &task : tasks.tasks)
    for (const AppTask::Region &region : task.regions)
      if (const Processor *processor = profile.processorOf(region.backend);
          processor && !isThere(region.backend))
        devices.push_back({processor->name,
                           processor->name,
                           {region.backend},
                           false,
                           {},
                           timesAreModelled(region.backend)});
  return devices;
}

} // namespace tandem
