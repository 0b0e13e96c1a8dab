#include "pipeline/executor/executor.h"
#include "pipeline/executor/frame_state.h"
#include "pipeline/executor/stage.h"

#include <chrono>
#include <deque>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class SequentialExecutor final : public Executor {
public:
  explicit SequentialExecutor(ExecutorParts parts) : parts_(std::move(parts)), state_(parts_.app) {}

  Status makeStages(const StepTable &table) {
    TANDEM_ASSIGN_OR_RETURN(stages_, tandem::makeStages(parts_, table));
    return {};
  }

  Status submit(const Image &frame) override {
    if (frame.width < 1 || frame.height < 1 ||
        frame.rgb.size() !=
            size_t{3} * static_cast<size_t>(frame.width) * static_cast<size_t>(frame.height))
      return Error(Code::kInvalidArgument, "", "a picture of ", frame.width, " x ", frame.height,
                   " with ", frame.rgb.size(), " bytes, expected 3 a pixel");
    finished_.push_back(runFrame(frame));
    return {};
  }

  Result<FrameResult> next() override {
    if (finished_.empty())
      return Error(Code::kInvalidArgument, "", "no frame is in flight");
    Result<FrameResult> result = std::move(finished_.front());
    finished_.pop_front();
    return result;
  }

  std::vector<ModelProfile> profile() const override {
    std::vector<ModelProfile> profiles;
    for (size_t i = 0; i < parts_.runners.size(); ++i) {
      const ModelRunner &runner = *parts_.runners[i];
      profiles.push_back({.model = parts_.app.models[i].name,
                          .regions = {runner.regions().begin(), runner.regions().end()},
                          .notices = runner.notices()});
    }
    return profiles;
  }

private:
  Result<FrameResult> runFrame(const Image &frame);
  Status runStep(size_t index, StageTiming &timing);
  StageTiming describe(const AppStep &step) const;

  ExecutorParts parts_; // first: the stages and the state look into it
  std::vector<std::unique_ptr<Stage>> stages_;
  FrameState state_;
  std::vector<InputRef> inputs_;
  std::deque<Result<FrameResult>> finished_;
  int64_t frames_ = 0;
};

StageTiming SequentialExecutor::describe(const AppStep &step) const {
  StageTiming timing;
  timing.stage = step.name;
  timing.uses = step.uses;
  if (step.model < 0) {
    timing.device = "cpu"; // where this code runs
    return timing;
  }
  const ModelRunner &runner = *parts_.runners[static_cast<size_t>(step.model)];
  timing.model = parts_.app.models[static_cast<size_t>(step.model)].name;
  timing.format = runner.format();
  timing.device = runner.devices();
  return timing;
}

Status SequentialExecutor::runStep(size_t index, StageTiming &timing) {
  const AppStep &step = parts_.app.steps[index];
  size_t count = state_.countOf(step);
  state_.prepare(index, count);
  Clock::time_point start = Clock::now();
  for (size_t item = 0; item < count; ++item) {
    if (!state_.inputsOf(step, item, inputs_))
      continue;
    if (Status status = stages_[index]->run(inputs_, state_.outputsOf(index, item)); !status.ok())
      return Error(status.error().code, parts_.app.place(step.line), "step '", step.name,
                   "', frame ", frames_, ": ",
                   status.error().subject.empty() ? "" : status.error().subject + ": ",
                   status.error().message);
    state_.markPresent(index, item);
    ++timing.calls;
  }
  timing.milliseconds = millisecondsSince(start);
  if (step.model >= 0) // a device that failed may have left it to another
    timing.device = parts_.runners[static_cast<size_t>(step.model)]->devices();
  return {};
}

Result<FrameResult> SequentialExecutor::runFrame(const Image &frame) {
  FrameResult result;
  result.frame = ++frames_;
  state_.begin(frame);
  for (size_t i = 0; i < stages_.size(); ++i) {
    result.timings.push_back(describe(parts_.app.steps[i]));
    TANDEM_RETURN_IF_ERROR(runStep(i, result.timings.back()));
  }
  result.results = state_.results();
  return result;
}

} // namespace

Result<std::unique_ptr<Executor>> makeSequentialExecutor(ExecutorParts parts,
                                                         const StepTable &table) {
  auto executor = std::make_unique<SequentialExecutor>(std::move(parts));
  TANDEM_RETURN_IF_ERROR(executor->makeStages(table));
  return std::unique_ptr<Executor>(std::move(executor));
}

} // namespace tandem
