#pragma once

#include "pipeline/executor/pipelined.h"
#include "pipeline/plan/task_costs.h"
#include "tools/tandem/app_loading.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// What the user says about how frames overlap.
struct PipelineSetup {
  bool enabled = false;                      ///< else one step after another
  std::string objective, scheduler;          ///< empty: throughput, and what goes with the other
  double framesPerSecond = 0, latencyMs = 0; ///< that must be reached; 0: nothing is asked
  size_t framesInFlight = 0;                 ///< at most; 0: as many as are of use
  size_t cores = 0;                          ///< at most; 0: all that this process may use
  bool dropOldest = false;                   ///< of waiting frames, rather than make them wait
  std::string costs;                         ///< a file of 'tandem profile'; empty: the cache's
  std::string trace, svg;                    ///< files to write; empty: none
};

/// Adds the options that plan, run and bench share, with `runs` those of a measured run too, and
/// gives all but --pipeline itself. `setup` outlives the command.
std::vector<CLI::Option *> addPipelineOptions(CLI::App &command, PipelineSetup &setup, bool runs);

/// A plan, and what it was made from.
struct PlannedApp {
  AppTasks tasks;
  std::vector<PipelineDevice> devices;
  AppGraph graph;
  Plan plan;
  std::string machine; ///< what it is for, in words
};

/// The application's costs on this machine: from `file`, else from the cache, else measured on
/// frames of `inputs` and kept in the cache. Errors: kNotFound when there is nothing to measure
/// with, and those of measuring.
Result<AppProfile> costsHere(const OpenedApp &app, const StepTable &table, const std::string &file,
                             const std::vector<std::string> &inputs);
/// Where the cache keeps them.
Result<std::string> placeOfCosts(const OpenedApp &app);
/// The same, measured now.
Result<AppProfile> measureCosts(const OpenedApp &app, const StepTable &table,
                                const std::vector<std::string> &inputs);

/// Plans for this machine, from measured costs.
Result<PlannedApp> planHere(const OpenedApp &app, const StepTable &table,
                            const PipelineSetup &setup, const std::vector<std::string> &inputs);
/// Plans for the device that the models were compiled for, which need not be here: costs are
/// modelled, those of the CPU's steps scaled from what they take here.
Result<PlannedApp> planForDevice(const OpenedApp &app, const StepTable &table,
                                 const PipelineSetup &setup,
                                 const std::vector<std::string> &inputs);

/// Either, as the models were compiled.
Result<PlannedApp> planApp(const OpenedApp &app, const StepTable &table, const PipelineSetup &setup,
                           const std::vector<std::string> &inputs);

/// An application ready to run, as a pipeline or not.
class AppExecutor {
public:
  explicit AppExecutor(std::unique_ptr<Executor> executor) : executor_(std::move(executor)) {}
  AppExecutor(std::unique_ptr<PipelinedExecutor> executor, PlannedApp planned)
      : pipelined_(executor.get()), executor_(std::move(executor)), planned_(std::move(planned)) {}

  Executor &operator*() const { return *executor_; }
  Executor *operator->() const { return executor_.get(); }
  /// Frames that may be between submit() and next().
  size_t capacity() const { return pipelined_ ? executor_->capacity() : 1; }
  const std::optional<PlannedApp> &planned() const { return planned_; }
  /// While no frame is in flight.
  Status writeTraces(const PipelineSetup &setup) const;

private:
  PipelinedExecutor *pipelined_ = nullptr;
  std::unique_ptr<Executor> executor_;
  std::optional<PlannedApp> planned_;
};

/// Whether what the setup writes would replace what is read, or itself. Errors: kInvalidArgument.
Status checkTracePlaces(const AppOptions &app, const PipelineSetup &setup,
                        std::vector<std::string> inputs);
Result<AppExecutor> makeAppExecutor(OpenedApp app, const StepTable &table,
                                    const PipelineSetup &setup,
                                    const std::vector<std::string> &inputs);

} // namespace tandem
