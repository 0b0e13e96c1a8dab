#pragma once

#include "devices/profile.h"
#include "pipeline/executor/app_tasks.h"
#include "pipeline/plan/app_profile.h"
#include "pipeline/simulator/simulator.h"
#include "pipeline/trace/trace.h"

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
  /// Values between tasks and frames; null: edges have no bytes, frames no size.
  const ValueSizes *sizes = nullptr;
  /// The thread that brings frames and takes results works on a core as well: it reads frames.
  bool readsFrames = false;
  /// Of the measured machine. Where another device's tasks take the time of cores too (a driver, a
  /// host library that computes in its place), all tasks share these.
  size_t cores = 0;
  double pictureBytes = 0;    ///< of a frame's picture; 0: not known
  double arrivalPeriodUs = 0; ///< frames come so far apart; 0: the next one is always there
};

/// An application as schedulers and the simulator take it.
struct AppGraph {
  /// Microseconds and bytes; processors are the devices, in their order. Behind the application's
  /// tasks stands what the thread does that feeds the pipeline, as far as it is known: kReadTask,
  /// kCollectTask. The executor has no part in these, they take their cores' time all the same.
  TaskGraph graph;
  std::vector<TaskVariation> variations;
  std::vector<std::vector<int>> counts; ///< as in SimulationOptions
  std::vector<double> probabilities;
  /// Costs that no run on this machine stands behind: "face_net on npu". Not empty: whatever
  /// follows from the graph is modelled, and is to be called so.
  std::vector<std::string> modelled;
};

/// Costs are of an average frame: of a step in a for_each, of as many detections as frames have on
/// average. What goes from one device to another takes the executor's hand-off, as measured, and to
/// and from a modelled device's own memory what its profile says, over one path for each
/// pair of memories (all cores have one); a measured device's time has that in it, since its driver
/// moves the data. Errors: kNotFound, naming the task and the device that nothing is known of, and
/// what to do.
Result<AppGraph> taskGraphOf(const Application &app, const AppTasks &tasks,
                             const std::vector<std::unique_ptr<ModelRunner>> &runners,
                             const std::vector<PipelineDevice> &devices,
                             const CostSources &sources);

/// The plan without the tasks behind the application's: as an executor takes it.
Plan planOfApplication(const Plan &plan, const TaskGraph &graph, size_t tasks);

/// What decides how often a step runs in a frame. Both are names of AppProfile's maps; "": nothing.
struct StepChances {
  std::string detections; ///< of its for_each: "faces"
  std::string holds;      ///< the step whose `when` leaves it out: itself, or one that it needs
};
/// Beside the steps.
std::vector<StepChances> chancesOf(const Application &app);

} // namespace tandem
