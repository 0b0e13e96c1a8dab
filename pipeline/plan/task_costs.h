#pragma once

#include "devices/profile.h"
#include "pipeline/executor/app_tasks.h"
#include "pipeline/plan/app_profile.h"
#include "pipeline/simulator/simulator.h"

namespace tandem {

/// Where the costs of an application's tasks come from.
struct CostSources {
  /// On the machine that the plan is for; may be null. What it has is measured.
  const AppProfile *measured = nullptr;
  /// The machine that the plan is for, as a model, for what was not measured there; may be null.
  const DeviceProfile *model = nullptr;
  /// The same application on another machine, and the model of that one: what its CPU took there
  /// is scaled by the models' rates. Data that no run was seen of come from it too. May be null.
  const AppProfile *elsewhere = nullptr;
  const DeviceProfile *elsewhereModel = nullptr;
  /// The executor's own cost of a task, added on every device.
  double dispatchUs = 2;
};

/// An application as schedulers and the simulator take it.
struct AppGraph {
  TaskGraph graph; ///< microseconds and bytes; processors are the devices, in their order
  std::vector<TaskVariation> variations;
  std::vector<std::vector<int>> counts; ///< as in SimulationOptions
  std::vector<double> probabilities;
  /// Costs that no run on this machine stands behind: "face_net on npu". Not empty: whatever
  /// follows from the graph is modelled, and is to be called so.
  std::vector<std::string> modelled;
};

/// Costs are of an average frame: of a step in a for_each, of as many detections as frames have on
/// average. A region on a device that has memory of its own is predicted with what its values take
/// to get there and back, so that edges cost nothing beside it. Errors: kNotFound, naming the task
/// and the device that nothing is known of, and what to do.
Result<AppGraph> taskGraphOf(const Application &app, const AppTasks &tasks,
                             const std::vector<std::unique_ptr<ModelRunner>> &runners,
                             const std::vector<PipelineDevice> &devices,
                             const CostSources &sources);

/// What decides how often a step runs in a frame. Both are names of AppProfile's maps; "": nothing.
struct StepChances {
  std::string detections; ///< of its for_each: "faces"
  std::string holds;      ///< the step whose `when` leaves it out: itself, or one that it needs
};
/// Beside the steps.
std::vector<StepChances> chancesOf(const Application &app);

} // namespace tandem
