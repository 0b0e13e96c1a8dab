#include "pipeline/executor/drift.h"

#include <algorithm>
#include <cmath>

namespace tandem {

std::vector<double> driftOf(const Plan &plan, std::span<const TaskTime> times, size_t devices,
                            int64_t leastRuns) {
  std::vector<double> planned(devices), measured(devices);
  for (const PlannedTask &task : plan.tasks) {
    auto time = std::ranges::find_if(times, [&](const TaskTime &candidate) {
      return candidate.task == task.task && candidate.device == task.processor;
    });
    if (time == times.end() || time->runs < leastRuns || task.processor >= devices)
      continue;
    planned[task.processor] += task.finish - task.start;
    measured[task.processor] += time->us;
  }
  std::vector<double> drift(devices, 1);
  for (size_t i = 0; i < devices; ++i)
    if (planned[i] > 0)
      drift[i] = measured[i] / planned[i];
  return drift;
}

DriftWatcher::DriftWatcher(PipelinedExecutor &executor, MakePlan makePlan, DriftOptions options)
    : executor_(executor), makePlan_(std::move(makePlan)), options_(options),
      thread_([this] { watch(); }) {}

DriftWatcher::~DriftWatcher() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool DriftWatcher::look() {
  size_t devices = 0;
  std::vector<TaskTime> times = executor_.taskTimes();
  for (const TaskTime &time : times)
    devices = std::max(devices, time.device + 1);
  std::vector<double> drift = driftOf(executor_.plan(), times, devices, options_.leastRuns);
  bool drifted = std::ranges::any_of(
      drift, [&](double ratio) { return std::abs(ratio - 1) > options_.threshold; });
  found_ = drifted ? found_ + 1 : 0;
  return found_ >= options_.confirmations;
}

void DriftWatcher::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.period, [&] { return stop_; })) {
    lock.unlock();
    if (look()) {
      found_ = 0;
      std::optional<Plan> plan = makePlan_(executor_.taskTimes());
      if (plan && executor_.replan(std::move(*plan)).ok())
        ++plans_;
    }
    lock.lock();
  }
}

} // namespace tandem
