#pragma once

#include "pipeline/executor/executor.h"

#include <chrono>
#include <string>
#include <vector>

namespace tandem {

/// What a run over a video took, frame by frame put together.
class VideoReport {
public:
  /// `start`: when its first frame was begun. `overlaps`: a pipeline ran it.
  VideoReport(std::string path, int width, int height, std::chrono::steady_clock::time_point start,
              bool overlaps = false)
      : path_(std::move(path)), width_(width), height_(height), overlaps_(overlaps), start_(start) {
  }

  void add(const FrameResult &result);
  /// A frame that failed; the others count on.
  void addFailure() { ++failed_; }

  /// "frame 17, 31.2 frames/s", for progress.
  std::string now() const;
  /// For people: rate and latency, then a table of stages, each its mean over the frames.
  std::string asText(const std::string &saved, bool colours) const;
  /// One line of JSON; docs/app-format.md has the keys.
  std::string asJson(const std::string &saved) const;

private:
  size_t frames() const { return latencies_.size(); }
  double seconds() const;
  double framesPerSecond() const;
  /// The latency that `part` of the frames did not exceed.
  double latencyMs(double part) const;
  size_t count(FrameEnd end) const { return ends_[static_cast<size_t>(end)]; }
  /// How reading and drawing belong to the times, a line.
  std::string ownWorkText(bool saves) const;
  /// Mean milliseconds and calls a frame.
  std::vector<StageTiming> meanTimings() const;

  std::string path_;
  int width_, height_;
  bool overlaps_;
  std::chrono::steady_clock::time_point start_, end_ = start_;
  std::vector<double> latencies_; ///< of frames that are done, in milliseconds
  std::array<size_t, 4> ends_ = {};
  size_t failed_ = 0;
  std::vector<StageTiming> sums_;
};

} // namespace tandem
