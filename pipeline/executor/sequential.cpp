#include "pipeline/executor/executor.h"
#include "pipeline/executor/frame_state.h"
#include "pipeline/executor/report.h"
#include "pipeline/executor/run_step.h"

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
    TANDEM_ASSIGN_OR_RETURN(BoundStages bound, tandem::makeStages(parts_.app, parts_.labels,
                                                                  runnersOfSteps(parts_), table));
    stages_ = std::move(bound.stages);
    for (const Lending &lent : bound.lendings)
      state_.lend(lent.step, lent.output, lent.data, lent.bytes);
    toldNotices_.resize(parts_.runners.size());
    for (size_t i = 0; i < parts_.runners.size(); ++i)
      addNewNotices(*parts_.runners[i], toldNotices_[i], {.model = parts_.app.models[i].name},
                    notices_);
    return {};
  }

  Result<int64_t> submit(const Image &frame, const FrameOptions &options) override {
    TANDEM_RETURN_IF_ERROR(checkPicture(frame));
    finished_.push_back(runFrame(frame, options));
    return frames_;
  }
  bool hasResult() const override { return !finished_.empty(); }
  size_t capacity() const override { return SIZE_MAX; }

  Result<FrameResult> next() override {
    if (finished_.empty())
      return Error(Code::kInvalidArgument, "", "no frame is in flight");
    Result<FrameResult> result = std::move(finished_.front());
    finished_.pop_front();
    return result;
  }

  std::vector<DeviceNotice> takeNotices() override { return std::exchange(notices_, {}); }
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
  Result<FrameResult> runFrame(const Image &frame, const FrameOptions &options);
  Status runStep(size_t index, StageTiming &timing);

  ExecutorParts parts_; // first: the stages and the state look into it
  std::vector<std::unique_ptr<Stage>> stages_;
  FrameState state_;
  const std::atomic<FrameFate> fate_ = FrameFate::kRunning; ///< nobody could stop a frame
  std::vector<InputRef> inputs_;
  std::deque<Result<FrameResult>> finished_;
  std::vector<size_t> toldNotices_; ///< by runner
  std::vector<DeviceNotice> notices_;
  int64_t frames_ = 0;
};

Status SequentialExecutor::runStep(size_t index, StageTiming &timing) {
  const AppStep &step = parts_.app.steps[index];
  Clock::time_point start = Clock::now();
  StepRun run{.step = index, .part = {.last = stages_[index]->parts()}};
  Status status = tandem::runStep(parts_.app, state_, *stages_[index], fate_, inputs_, run);
  if (step.model >= 0) {
    auto model = static_cast<size_t>(step.model);
    addNewNotices(*parts_.runners[model], toldNotices_[model],
                  {.model = parts_.app.models[model].name, .step = step.name, .frame = frames_},
                  notices_);
  }
  if (!status.ok())
    return stepError(parts_.app, step, frames_, status.error());
  timing.calls = run.calls;
  timing.milliseconds = millisecondsSince(start);
  if (step.model >= 0) // a device that failed may have left it to another
    timing.devices = parts_.runners[static_cast<size_t>(step.model)]->devices();
  return {};
}

Result<FrameResult> SequentialExecutor::runFrame(const Image &frame, const FrameOptions &options) {
  Clock::time_point start = Clock::now();
  FrameResult result;
  result.frame = ++frames_;
  state_.begin(frame);
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (options.deadline.count() > 0 && Clock::now() - start >= options.deadline) {
      result.end = FrameEnd::kLate;
      break;
    }
    const AppStep &step = parts_.app.steps[i];
    const ModelRunner *runner =
        step.model < 0 ? nullptr : parts_.runners[static_cast<size_t>(step.model)].get();
    result.timings.push_back(describeStage(parts_.app, step, runner));
    TANDEM_RETURN_IF_ERROR(runStep(i, result.timings.back()));
  }
  result.milliseconds = millisecondsSince(start);
  if (result.end == FrameEnd::kDone)
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
