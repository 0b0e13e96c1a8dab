#pragma once

#include "pipeline/executor/drift.h"
#include "pipeline/executor/pipelined.h"
#include "pipeline/plan/task_costs.h"
#include "tools/tandem/app_loading.h"
#include "tools/tandem/feeder_log.h"
#include "tools/tandem/pipeline_options.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// A plan, and what it was made from.
struct PlannedApp {
  AppTasks tasks;
  std::vector<PipelineDevice> devices;
  AppGraph graph;
  Plan plan;             ///< of the graph, with what the feeding thread does
  std::string machine;   ///< what it is for, in words
  std::string costs;     ///< where and when costs were measured, in words
  double planningMs = 0; ///< that the scheduler took
  /// Of the model whose region on an accelerator was cut in two; and the interval without that.
  std::optional<ModelSplit> split = {};
  double wholeIntervalUs = 0;
};

/// Whether a device can have a plan at all, before anything is compiled for it; "": this machine.
/// Errors: kUnsupported where it has no cores, and those of its file.
Status checkPlanDevice(const std::string &device);

/// Plans for what the models were compiled for: this machine from measured costs, or a device that
/// need not be here, whose costs are modelled, those of the CPU's steps scaled from what they take
/// here.
Result<PlannedApp> planApp(const OpenedApp &app, const StepTable &table, const PipelineSetup &setup,
                           const std::vector<std::string> &inputs);

/// A pipeline that is planned again while it runs, when tasks no longer take what was planned.
class Replanner {
public:
  /// `executor` outlives this.
  Replanner(PipelinedExecutor &executor, const PlannedApp &planned, const PipelineSetup &setup);

  /// What was done the first time, in words, once.
  std::optional<std::string> takeNotice();

private:
  std::optional<Plan> makePlan(std::span<const TaskTime> times);

  PipelinedExecutor &executor_;
  const AppGraph graph_;
  TaskGraph lastGraph_; ///< that the executor's plan was made from
  const std::vector<PipelineDevice> devices_;
  const size_t tasks_; ///< of the application
  const PipelineSetup setup_;
  std::mutex mutex_;
  std::optional<std::string> notice_;
  bool told_ = false;
  DriftWatcher watcher_; // last: its thread uses the rest
};

/// An application ready to run, as a pipeline or not.
class AppExecutor {
public:
  explicit AppExecutor(std::unique_ptr<Executor> executor) : executor_(std::move(executor)) {}
  AppExecutor(std::unique_ptr<PipelinedExecutor> executor, PlannedApp planned,
              const PipelineSetup &setup);

  Executor &operator*() const { return *executor_; }
  Executor *operator->() const { return executor_.get(); }
  /// Frames that may be between submit() and next().
  size_t capacity() const { return capacity_; }
  const std::optional<PlannedApp> &planned() const { return planned_; }
  /// What the user should know of, once.
  std::optional<std::string> takeNotice() const {
    return replanner_ ? replanner_->takeNotice() : std::nullopt;
  }
  /// Of a frame, as the user says or else the application; 0: none.
  double deadlineMs() const { return deadlineMs_; }
  /// With one no frame waits long before it begins: that time counts.
  void setDeadlineMs(double ms);
  /// While no frame is in flight. `feeder`: what the thread did that submitted them.
  Status writeTraces(const PipelineSetup &setup, const FeederLog &feeder = FeederLog(0)) const;

private:
  PipelinedExecutor *pipelined_ = nullptr;
  std::unique_ptr<Executor> executor_;
  std::optional<PlannedApp> planned_;
  size_t capacity_ = 1;
  double deadlineMs_ = 0;
  std::unique_ptr<Replanner> replanner_; // last: its thread uses the executor
};

Result<AppExecutor> makeAppExecutor(OpenedApp app, const StepTable &table,
                                    const PipelineSetup &setup,
                                    const std::vector<std::string> &inputs);

} // namespace tandem
