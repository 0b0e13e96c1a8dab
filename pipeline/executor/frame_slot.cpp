#include "pipeline/executor/frame_slot.h"

#include "pipeline/executor/report.h"

namespace tandem {

Result<std::unique_ptr<FrameSlot>>
FrameSlot::create(const Application &app, const AppTasks &tasks, const std::vector<Labels> &labels,
                  const StepTable &table, const std::vector<const ModelRunner *> &originals,
                  std::vector<std::unique_ptr<ModelRunner>> models) {
  std::unique_ptr<FrameSlot> slot(new FrameSlot(app, tasks));
  models.resize(originals.size());
  for (const AppStep &step : app.steps) {
    if (step.model < 0) {
      slot->stepRunners_.push_back(nullptr);
      continue;
    }
    auto model = static_cast<size_t>(step.model);
    std::unique_ptr<ModelRunner> runner = std::move(models[model]);
    if (!runner) {
      auto another = originals[model]->another();
      if (!another.ok())
        return Error(another.error().code, app.place(step.line), "step '", step.name, "': model '",
                     app.models[model].name, "' for one more frame: ", another.error().message);
      runner = std::move(*another);
    }
    slot->stepRunners_.push_back(runner.get());
    slot->runners_.push_back(std::move(runner));
  }
  TANDEM_ASSIGN_OR_RETURN(BoundStages bound, makeStages(app, labels, slot->stepRunners_, table));
  slot->stages_ = std::move(bound.stages);
  for (const Lending &lent : bound.lendings)
    slot->state_.lend(lent.step, lent.output, lent.data, lent.bytes);
  return slot;
}

void FrameSlot::begin(const Frame &frame, std::shared_ptr<const Dispatch> dispatch,
                      FrameClock::Ticket ticket, const TaskLinks &links) {
  frame_ = frame;
  dispatch_ = std::move(dispatch);
  ticket_ = ticket;
  state_.begin(*frame.picture);
  error_.reset();
  for (size_t task = 0; task < waits_.size(); ++task) {
    waits_[task].store(links.waitsFor[task], std::memory_order_relaxed);
    calls_[task] = 0;
    nanoseconds_[task] = 0;
  }
  left_.store(static_cast<uint32_t>(waits_.size()), std::memory_order_relaxed);
  fate_.store(frame.cancelled ? FrameFate::kCancelled : FrameFate::kRunning,
              std::memory_order_release);
  state = State::kRunning;
}

bool FrameSlot::stop(FrameFate fate) {
  FrameFate running = FrameFate::kRunning;
  return fate_.compare_exchange_strong(running, fate, std::memory_order_acq_rel);
}

FrameSlot::Copies FrameSlot::runTask(size_t index, const PipelineDevice &device,
                                     std::vector<InputRef> &inputs) {
  if (fate() != FrameFate::kRunning)
    return {};
  const AppTask &task = tasks_.tasks[index];
  StepRun run{.step = task.step,
              .part = {.first = task.firstPart,
                       .last = task.lastPart,
                       .backends = task.regions.empty() ? nullptr : &device.backends}};
  Status status = runStep(app_, state_, *stages_[task.step], fate_, inputs, run);
  calls_[index] = run.calls;
  if (!status.ok() && stop(FrameFate::kFailed))
    error_ = stepError(app_, app_.steps[task.step], frame_.number, status.error());
  return {run.part.bytesCopied, run.part.deviceCopies};
}

ReadyTask FrameSlot::ready(uint32_t slot, uint32_t task) const {
  ReadyTask ready = FrameClock::ready(*dispatch_, ticket_, task);
  ready.priority = frame_.priority;
  ready.slot = slot;
  return ready;
}

std::vector<StageTiming> FrameSlot::timings() const {
  std::vector<StageTiming> timings;
  for (size_t step = 0; step < app_.steps.size(); ++step)
    timings.push_back(describeStage(app_, app_.steps[step], stepRunners_[step]));
  for (size_t task = 0; task < tasks_.tasks.size(); ++task) {
    StageTiming &timing = timings[tasks_.tasks[task].step];
    timing.calls = calls_[task]; // the same for all regions of a model
    timing.milliseconds += static_cast<double>(nanoseconds_[task]) / 1e6;
  }
  return timings;
}

void FrameSlot::addNewNotices(std::vector<DeviceNotice> &into) {
  toldNotices_.resize(stepRunners_.size());
  for (size_t step = 0; step < stepRunners_.size(); ++step)
    if (const ModelRunner *runner = stepRunners_[step]) {
      DeviceNotice of{.model = app_.models[static_cast<size_t>(app_.steps[step].model)].name};
      if (frame_.number > 0) {
        of.step = app_.steps[step].name;
        of.frame = frame_.number;
      }
      tandem::addNewNotices(*runner, toldNotices_[step], of, into);
    }
}

Result<FrameResult> FrameSlot::result() const {
  if (fate() == FrameFate::kFailed)
    return *error_;
  FrameResult result;
  result.frame = frame_.number;
  result.end = fate() == FrameFate::kLate        ? FrameEnd::kLate
               : fate() == FrameFate::kCancelled ? FrameEnd::kCancelled
                                                 : FrameEnd::kDone;
  result.timings = timings();
  if (result.end == FrameEnd::kDone)
    result.results = state_.results();
  return result;
}

} // namespace tandem
