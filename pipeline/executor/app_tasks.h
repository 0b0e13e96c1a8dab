#pragma once

#include "pipeline/executor/executor.h"
#include "pipeline/executor/stage.h"
#include "pipeline/executor/value_sizes.h"
#include "pipeline/schedulers/task_graph.h"

#include <optional>

namespace tandem {

/// What a plan's processor is for the executor.
struct PipelineDevice {
  std::string name;              ///< "cpu0", "npu"
  std::string kind;              ///< "cpu": devices of one kind take equal times
  DeviceBackends backends;       ///< whose regions run here as compiled
  bool runsSteps = true;         ///< a CPU core: the work between the models runs here too
  std::optional<int> core;       ///< the thread is pinned to it; none: the system chooses
  bool timesAreModelled = false; ///< Device::timesAreModelled() of its backend
};

/// What one device runs at once: a step, or a region of a model that a step runs. A model inside a
/// for_each is one task whole: its regions run for one detection after another, in the model's one
/// arena, so that no two of them could be apart.
struct AppTask {
  struct Region {
    std::string backend, fallback; ///< fallback: "": it has none
  };
  std::string name; ///< "face_net", "face_net (2 of 3)" where the step has several
  size_t step = 0;  ///< index into Application::steps
  size_t firstPart = 0, lastPart = 1;
  std::vector<Region> regions; ///< of a model that is compiled, those of [firstPart, lastPart)
};

struct AppTasks {
  std::vector<AppTask> tasks;  ///< each after those it needs
  std::vector<TaskEdge> edges; ///< bytes: of one run; 0 without ValueSizes
};

/// `runners` stand beside app.models. `sizes`: for the bytes of edges, which who only runs the
/// tasks need not know.
AppTasks tasksOf(const Application &app, const std::vector<std::unique_ptr<ModelRunner>> &runners,
                 const ValueSizes *sizes = nullptr);

/// Whether the device can run the task: a step needs a CPU; a CPU needs every region or its
/// fallback for one of its backends; another device at least one region that is its own.
bool canRunOn(const AppTask &task, const PipelineDevice &device);

} // namespace tandem
