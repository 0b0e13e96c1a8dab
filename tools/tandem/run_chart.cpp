#include "tools/tandem/run_chart.h"

#include <algorithm>
#include <cstdint>

namespace tandem {

namespace {

struct Window {
  int64_t fromNs = INT64_MAX, toNs = 0;
};

/// That of some frames' tasks on devices: a frame may have been read long before.
Window middleOf(const Trace &trace) {
  constexpr size_t kBarsOfALane = 40, kFewest = 2, kMost = 12;
  size_t bars = kBarsOfALane * trace.lanes.size();
  size_t frames = std::clamp(bars / std::max<size_t>(1, trace.tasks.size()), kFewest, kMost);
  int64_t newest = trace.events.empty() ? 0 : trace.events.back().frame;
  int64_t first = std::max<int64_t>(1, newest / 2), last = first + static_cast<int64_t>(frames) - 1;
  Window window;
  for (const TaskEvent &event : trace.events)
    if (event.frame >= first && event.frame <= last && trace.lanes[event.lane] != kFeederLane) {
      window.fromNs = std::min(window.fromNs, event.startNs);
      window.toNs = std::max(window.toNs, event.finishNs);
    }
  return window;
}

} // namespace

GanttChart runChart(const Trace &trace) {
  Window window = middleOf(trace);
  std::vector<TraceBar> bars = barsOf(trace, window.fromNs, window.toNs);
  double start = static_cast<double>(window.fromNs) / 1e3;
  TimeUnit unit = readableUnit("us", static_cast<double>(window.toNs) / 1e3 - start);
  GanttChart chart;
  chart.title = trace.name + ", " + std::string(timesOf(trace));
  chart.unit = unit.name;
  chart.colours = "frame";
  chart.lanes = trace.lanes;
  chart.tasks = trace.tasks;
  for (const TraceBar &bar : bars) {
    auto lane = std::ranges::find(trace.lanes, bar.lane) - trace.lanes.begin();
    auto frame = static_cast<size_t>(bar.frame);
    chart.bars.push_back({static_cast<size_t>(lane), bar.task, (bar.start - start) * unit.factor,
                          (bar.finish - start) * unit.factor, frame, frame});
  }
  return chart;
}

} // namespace tandem
