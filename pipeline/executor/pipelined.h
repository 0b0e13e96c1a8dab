#pragma once

#include "pipeline/dispatch/frame_line.h"
#include "pipeline/executor/app_tasks.h"
#include "pipeline/executor/executor.h"
#include "pipeline/schedulers/plan.h"
#include "pipeline/trace/trace.h"

#include <optional>

namespace tandem {

struct PipelineOptions {
  /// Of the application's tasksOf(), on `devices`.
  Plan plan;
  std::vector<PipelineDevice> devices; ///< beside the plan's processors
  /// Frames that run at a time; 0: as many as each plan says, at most what the first one does.
  size_t framesInFlight = 0;
  /// Frames that may wait to begin, at least 1: one that waits here begins in the very moment that
  /// another one ends, without the thread of submit() having to wake up.
  size_t waiting = 1;
  /// Frames whose result may wait to be fetched while others run in their place.
  size_t spare = 1;
  WhenFull whenFull = WhenFull::kWait;
  /// A device with nothing to run takes what waits on a busy one of its kind.
  bool steals = true;
  /// Looks of an idle worker before it sleeps; none where there are fewer cores than devices.
  int spins = 2000;
  size_t traceEvents = 0; ///< kept by each device; 0: no trace
};

/// What a task took on a device, on average over the last runs of frames that were not stopped.
struct TaskTime {
  size_t task = 0, device = 0;
  double us = 0;
  int64_t runs = 0; ///< so far
};

/// Runs an application on several frames at a time, as a plan says: docs/pipeline.md.
///
/// Threads   submit() by one thread, next() and await() by one (the same or another), the rest by
///           any. Without a second thread: at most capacity() frames between submit() and next().
/// Order     results come in the order of submit(), whatever ended first.
/// Memory    a slot for each frame in flight, each with arenas of its own; weights are shared.
///           In steady state workers allocate nothing; next() allocates the result.
/// Errors    a step that fails ends its frame only. After stop() submit() gives kUnavailable, and
///           next() still all results there are, those of stopped frames as kCancelled.
class PipelinedExecutor : public Executor {
public:
  using Executor::submit;

  /// Like next(), and where no frame is in flight it waits for one; nothing: stop() or finish() was
  /// called and all results were fetched.
  virtual std::optional<Result<FrameResult>> await() = 0;
  /// No more frames will come: await() ends after the last one.
  virtual void finish() = 0;
  /// The frame's steps that have not begun are left out; nothing for one that has ended.
  virtual void cancel(int64_t frame) = 0;
  /// Cancels what is in flight and ends the threads. The destructor does it too.
  virtual void stop() = 0;

  /// Frames that begin from now on follow this plan, of the same tasks and devices. Errors:
  /// kInvalidArgument, and then nothing changes.
  virtual Status replan(Plan plan) = 0;
  virtual Plan plan() const = 0;
  virtual const AppTasks &tasks() const = 0;
  /// Of tasks that have run, by device.
  virtual std::vector<TaskTime> taskTimes() const = 0;
  /// While no frame is in flight. Empty without PipelineOptions::traceEvents.
  virtual Trace trace() const = 0;
};

/// Errors: those of makeSequentialExecutor(); kInvalidArgument for a plan that does not fit the
/// application or its devices; kUnavailable for threads, cores or memory that are not there.
Result<std::unique_ptr<PipelinedExecutor>>
makePipelinedExecutor(ExecutorParts parts, const StepTable &table, PipelineOptions options);

} // namespace tandem
