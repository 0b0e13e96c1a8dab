#include "python/binding/frame_run.h"

#include "python/binding/failure.h"
#include "python/binding/picture.h"
#include "tools/tandem/annotate.h"
#include "tools/tandem/app_report.h"
#include "tools/tandem/json_text.h"

#include <chrono>
#include <cmath>

namespace nb = nanobind;

namespace tandem::python {

nb::object FoundFrame::image() const {
  return arrayOf(image_);
}

nb::object FoundFrame::annotated() const {
  auto drawn = std::make_shared<Image>(*image_);
  {
    nb::gil_scoped_release unlocked;
    annotate(*drawn, result_.results);
  }
  return arrayOf(std::move(drawn));
}

nb::object FoundFrame::results() {
  if (!results_.is_valid())
    results_ = plainData(jsonText(resultsAsJson(result_.results), /*indent=*/-1));
  return results_;
}

nb::object FoundFrame::timings() const {
  return plainData(jsonText(timingsAsJson(result_.timings), /*indent=*/-1));
}

FrameRun::FrameRun(OpenedApp app, std::shared_ptr<const StepTable> table, PipelineSetup setup,
                   const std::vector<std::string> &inputs)
    : table_(std::move(table)), setup_(std::move(setup)),
      executor_(std::make_unique<AppExecutor>(
          valueOf(makeAppExecutor(std::move(app), *table_, setup_, inputs)))),
      limit_(executor_->capacity()) {}

/// Frames in flight are still read by the executor; their results are of no interest any more.
FrameRun::~FrameRun() {
  nb::gil_scoped_release unlocked;
  for (size_t i = 0; i < flights_.size(); ++i)
    (void)(**executor_).next().ok();
  executor_.reset(); // ends its threads
}

void FrameRun::submit(nb::handle picture) {
  auto image = std::make_shared<Image>(imageOf(picture));
  nb::gil_scoped_release unlocked;
  std::scoped_lock turn(running_);
  FrameOptions options;
  options.deadline = std::chrono::microseconds(std::llround(executor_->deadlineMs() * 1e3));
  throwIf((**executor_).submit(*image, options).status());
  flights_.push_back(std::move(image));
}

std::unique_ptr<FoundFrame> FrameRun::next() {
  nb::gil_scoped_release unlocked;
  std::scoped_lock turn(running_);
  Result<FrameResult> result = (**executor_).next();
  std::shared_ptr<Image> image;
  if (!flights_.empty()) {
    image = std::move(flights_.front());
    flights_.pop_front();
  }
  return std::make_unique<FoundFrame>(valueOf(std::move(result)), std::move(image));
}

nb::object FrameRun::models() const {
  if (!flights_.empty())
    throw Failure(Error(Code::kInvalidArgument, "", "frames are in flight, fetch them first"));
  return plainData(jsonText(modelsAsJson((**executor_).profile()), /*indent=*/-1));
}

void FrameRun::writeTraces() const {
  nb::gil_scoped_release unlocked;
  throwIf(executor_->writeTraces(setup_));
}

} // namespace tandem::python
