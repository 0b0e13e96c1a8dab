#include "tools/tandem/video_report.h"

#include "tools/tandem/app_report.h"
#include "tools/tandem/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace tandem {
namespace {

constexpr std::array kNotDone = {FrameEnd::kCancelled, FrameEnd::kDropped, FrameEnd::kLate};

double rounded(double value) {
  return std::round(value * 1e3) / 1e3;
}

} // namespace

void VideoReport::add(const FrameResult &result) {
  end_ = std::chrono::steady_clock::now();
  ++ends_[static_cast<size_t>(result.end)];
  if (result.end != FrameEnd::kDone)
    return;
  latencies_.push_back(result.milliseconds);
  if (sums_.empty()) {
    sums_ = result.timings;
    return;
  }
  for (size_t i = 0; i < sums_.size() && i < result.timings.size(); ++i) {
    sums_[i].milliseconds += result.timings[i].milliseconds;
    sums_[i].calls += result.timings[i].calls;
    sums_[i].devices = result.timings[i].devices;
  }
}

double VideoReport::seconds() const {
  return std::chrono::duration<double>(end_ - start_).count();
}

double VideoReport::framesPerSecond() const {
  return seconds() > 0 ? static_cast<double>(frames()) / seconds() : 0;
}

double VideoReport::latencyMs(double part) const {
  if (latencies_.empty())
    return 0;
  std::vector<double> sorted = latencies_;
  std::ranges::sort(sorted);
  double last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::lround(part * last))];
}

std::vector<StageTiming> VideoReport::meanTimings() const {
  std::vector<StageTiming> means = sums_;
  for (StageTiming &timing : means)
    timing.milliseconds /= static_cast<double>(std::max<size_t>(frames(), 1));
  return means;
}

std::string VideoReport::now() const {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "frame %zu, %.1f frames/s", frames(), framesPerSecond());
  return text.data();
}

std::string VideoReport::ownWorkText(bool saves) const {
  std::string work = saves ? "  load and draw (with writing) are" : "  load is";
  if (overlaps_)
    work += " done by the thread that feeds the pipeline, on the cores that the stages share:";
  else
    work += " before and behind the application's own stages:";
  return work + " in the frames/s, not in the latency\n";
}

std::string VideoReport::asText(const std::string &saved, bool colours) const {
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(),
                "  %d x %d, %zu frames in %.2f s: %.1f frames/s; latency median %.1f ms, 95 %% "
                "within %.1f ms\n",
                width_, height_, frames(), seconds(), framesPerSecond(), latencyMs(0.5),
                latencyMs(0.95));
  std::string report = path_ + text.data();
  for (FrameEnd end : kNotDone)
    if (count(end))
      report += "  " + std::to_string(count(end)) + " " + std::string(frameEndName(end)) + "\n";
  if (failed_)
    report += "  " + std::to_string(failed_) + " failed\n";
  report += meanTimingTable(meanTimings(), colours);
  report += ownWorkText(!saved.empty());
  if (!saved.empty())
    report += "  saved " + saved + "\n";
  return report;
}

std::string VideoReport::asJson(const std::string &saved) const {
  nlohmann::ordered_json json = {{"video", std::filesystem::path(path_).filename().string()},
                                 {"path", path_},
                                 {"width", width_},
                                 {"height", height_},
                                 {"frames", frames()},
                                 {"failed", failed_}};
  for (FrameEnd end : kNotDone)
    json[std::string(frameEndName(end))] = count(end);
  json.update({{"seconds", rounded(seconds())},
               {"frames_per_second", rounded(framesPerSecond())},
               {"latency_p50_ms", rounded(latencyMs(0.5))},
               {"latency_p95_ms", rounded(latencyMs(0.95))}});
  if (!saved.empty())
    json["saved"] = saved;
  json["timings"] = timingsAsJson(meanTimings());
  return jsonText(json, /*indent=*/-1);
}

} // namespace tandem
