#pragma once

#include "pipeline/executor/executor.h"
#include "tools/tandem/pipeline_setup.h"

#include <nanobind/nanobind.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace tandem::python {

/// tandem.FrameResult: what an application found on a frame, and the frame.
class FoundFrame {
public:
  FoundFrame(FrameResult result, std::shared_ptr<Image> image)
      : result_(std::move(result)), image_(std::move(image)) {}

  int64_t frame() const { return result_.frame; }
  std::string ended() const { return std::string(frameEndName(result_.end)); }
  double milliseconds() const { return result_.milliseconds; }
  nanobind::object image() const;
  /// The frame with what was found drawn on it.
  nanobind::object annotated() const;
  nanobind::object results();
  nanobind::object timings() const;

private:
  FrameResult result_;
  std::shared_ptr<Image> image_;
  nanobind::object results_; ///< plain data, once somebody asked
};

/// An application that runs: frames go in, results come out in their order.
class FrameRun {
public:
  FrameRun(OpenedApp app, std::shared_ptr<const StepTable> table, PipelineSetup setup,
           const std::vector<std::string> &inputs);
  ~FrameRun();
  FrameRun(const FrameRun &) = delete;
  FrameRun &operator=(const FrameRun &) = delete;

  void submit(nanobind::handle picture);
  std::unique_ptr<FoundFrame> next();
  /// One more frame can be submitted without a call of next().
  bool takesMore() const { return flights_.size() < limit_; }
  size_t inFlight() const { return flights_.size(); }
  nanobind::object models() const;
  void writeTraces() const;

private:
  std::shared_ptr<const StepTable> table_;
  PipelineSetup setup_;
  std::unique_ptr<AppExecutor> executor_;
  size_t limit_ = 1;
  std::mutex running_;
  std::deque<std::shared_ptr<Image>> flights_; ///< submitted, oldest first
};

} // namespace tandem::python
