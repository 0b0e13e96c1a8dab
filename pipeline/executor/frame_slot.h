#pragma once

#include "pipeline/dispatch/dispatch.h"
#include "pipeline/executor/app_tasks.h"
#include "pipeline/executor/run_step.h"

#include <atomic>
#include <memory>
#include <optional>

namespace tandem {

/// All that one frame in flight needs for itself: models with their arenas, steps, values between
/// them, and how far it is. Used again for frame after frame. Internal to pipeline/executor.
class FrameSlot {
public:
  enum class State : uint8_t { kFree, kRunning, kEnded };

  /// `models` are runners to begin with, beside app.models, taken where they are not null; the
  /// other steps get one of their own by ModelRunner::another() of `originals`. What the arguments
  /// refer to outlives the slot. Errors: those of makeStages() and another().
  static Result<std::unique_ptr<FrameSlot>>
  create(const Application &app, const AppTasks &tasks, const std::vector<Labels> &labels,
         const StepTable &table, const std::vector<const ModelRunner *> &originals,
         std::vector<std::unique_ptr<ModelRunner>> models);

  /// What is to be run, by whoever begins the frame; see PipelinedExecutor.
  struct Frame {
    int64_t number = 0;
    const Image *picture = nullptr;
    int priority = 0;
    int64_t submittedNs = 0, deadlineNs = 0; ///< deadlineNs 0: none
    bool cancelled = false;
  };
  void begin(const Frame &frame, std::shared_ptr<const Dispatch> dispatch,
             FrameClock::Ticket ticket, const TaskLinks &links);

  /// What a task copied: tensors from one place in memory to another, and into a device's own.
  struct Copies {
    uint64_t bytes = 0;
    DeviceCopies device;
  };
  /// Runs the task on a device with these backends, unless the frame is stopped. An error stops it.
  Copies runTask(size_t task, const PipelineDevice &device, std::vector<InputRef> &inputs);
  /// One of the tasks that `task` waits for is done; true: it was the last.
  bool oneLess(size_t task) { return waits_[task].fetch_sub(1, std::memory_order_acq_rel) == 1; }
  /// A task of the frame is done; true: it was the last.
  bool taskDone() { return left_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  void recordTime(size_t task, int64_t ns) { nanoseconds_[task] = ns; }
  /// The first reason counts.
  bool stop(FrameFate fate);
  FrameFate fate() const { return fate_.load(std::memory_order_acquire); }
  bool pastDeadline(int64_t nowNs) const {
    return frame_.deadlineNs > 0 && nowNs >= frame_.deadlineNs;
  }

  ReadyTask ready(uint32_t slot, uint32_t task) const;
  const PlannedTask &planned(size_t task) const { return dispatch_->at(ticket_.inPlan, task); }
  const Frame &frame() const { return frame_; }
  /// Of an ended frame; without its time.
  Result<FrameResult> result() const;
  /// What its models say of devices for the first time; when no task of it runs.
  void addNewNotices(std::vector<DeviceNotice> &into);
  const std::vector<std::unique_ptr<ModelRunner>> &runners() const { return runners_; }
  /// Beside the steps, null where none: which model's runner it is, by index into runners().
  ModelRunner *runnerOf(size_t step) const { return stepRunners_[step]; }

  State state = State::kFree; ///< the owner's, under its lock
  int64_t endedNs = 0;        ///< the same

private:
  FrameSlot(const Application &app, const AppTasks &tasks)
      : app_(app), tasks_(tasks), state_(app), waits_(tasks.tasks.size()),
        calls_(tasks.tasks.size()), nanoseconds_(tasks.tasks.size()) {}
  std::vector<StageTiming> timings() const;

  const Application &app_;
  const AppTasks &tasks_;
  std::vector<std::unique_ptr<ModelRunner>> runners_; ///< one for each step that runs a model
  StepRunners stepRunners_;
  std::vector<size_t> toldNotices_; ///< beside the steps
  std::vector<std::unique_ptr<Stage>> stages_;
  FrameState state_;

  Frame frame_;
  std::shared_ptr<const Dispatch> dispatch_;
  FrameClock::Ticket ticket_;
  std::vector<std::atomic<uint32_t>> waits_; ///< by task
  std::atomic<uint32_t> left_ = 0;           ///< tasks that are not done
  std::atomic<FrameFate> fate_ = FrameFate::kRunning;
  std::optional<Error> error_; ///< written by the task that made the frame kFailed
  std::vector<int> calls_;     ///< by task; each written by the task's thread
  std::vector<int64_t> nanoseconds_;
};

} // namespace tandem
