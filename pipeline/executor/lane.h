#pragma once

#include "pipeline/executor/device_worker.h"
#include "pipeline/steps/common/step.h"
#include "pipeline/trace/trace.h"

#include <atomic>
#include <vector>

namespace tandem {

/// An average over the last runs, that one thread keeps and others read.
struct RunningMean {
  static constexpr float kWeight = 1.0f / 16; ///< of the newest run
  std::atomic<float> us = 0;
  std::atomic<int64_t> runs = 0;

  void add(float value) {
    int64_t before = runs.load(std::memory_order_relaxed);
    float mean = us.load(std::memory_order_relaxed);
    us.store(before == 0 ? value : mean + kWeight * (value - mean), std::memory_order_relaxed);
    runs.store(before + 1, std::memory_order_relaxed);
  }
};

/// A device with what its thread alone writes. Internal to pipeline/executor.
struct Lane {
  Lane(DeviceWorker::Options options, size_t tasks, size_t events)
      : times(tasks), events(events), worker(std::move(options)) {}

  std::vector<RunningMean> times; ///< by task
  std::vector<InputRef> inputs;
  EventRing<TaskEvent> events;
  DeviceWorker worker; // last: its thread uses the rest
};

} // namespace tandem
