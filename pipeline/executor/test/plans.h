#pragma once

#include "pipeline/executor/pipelined.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace tandem::test {

/// `count` CPU cores, not pinned.
inline std::vector<PipelineDevice> cores(size_t count) {
  std::vector<PipelineDevice> devices;
  for (size_t i = 0; i < count; ++i)
    devices.push_back({"cpu" + std::to_string(i), "cpu", {"cpu"}, true, std::nullopt});
  return devices;
}

/// Where a task of a frame of the pattern goes.
using Placement = std::function<size_t(size_t frame, size_t task)>;

/// Tasks of length 1, one behind another, where `place` puts them.
inline Plan planOf(size_t tasks, size_t framesInFlight, size_t frames, const Placement &place) {
  Plan plan;
  plan.scheduler = "test";
  plan.frames = frames;
  plan.framesInFlight = framesInFlight;
  plan.interval = static_cast<double>(tasks);
  plan.makespan = static_cast<double>(tasks);
  for (size_t frame = 0; frame < frames; ++frame)
    for (size_t task = 0; task < tasks; ++task) {
      double start = plan.interval * static_cast<double>(frame) + static_cast<double>(task);
      plan.tasks.push_back({task, frame, place(frame, task), start, start + 1});
    }
  return plan;
}

/// Tasks spread over the devices in turn.
inline PipelineOptions spread(const ExecutorParts &parts, size_t devices, size_t framesInFlight,
                              size_t frames = 1) {
  PipelineOptions options;
  options.devices = cores(devices);
  options.plan = planOf(tasksOf(parts.app, parts.runners).tasks.size(), framesInFlight, frames,
                        [=](size_t frame, size_t task) { return (frame + task) % devices; });
  return options;
}

/// Opens for all that wait, and for those that come later.
class Gate {
public:
  void open() {
    open_.store(true);
    open_.notify_all();
  }
  void wait() const { open_.wait(false); }

private:
  std::atomic<bool> open_ = false;
};

} // namespace tandem::test
