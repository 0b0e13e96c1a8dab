#include "pipeline/executor/run_record.h"

#include <algorithm>
#include <array>

namespace tandem {
namespace {

/// Behind the application's tasks in a trace, as in a plan; the pipeline sees the second one only.
constexpr std::array kFeederTasks = {kReadTask, kCollectTask, kDrawTask};
constexpr uint32_t kCollect = 1;
constexpr size_t kMostPlans = 1000;

} // namespace

RunRecord::RunRecord(size_t events)
    : frames_(events), plans_(std::min(events, kMostPlans)), collects_(events) {}

void RunRecord::addCollected(int64_t frame, int64_t startNs, int64_t finishNs) {
  collects_.add({.task = kCollect,
                 .frame = frame,
                 .startNs = startNs,
                 .finishNs = finishNs,
                 .ready = TaskEvent::kNoQueue});
}

Trace RunRecord::trace(const std::string &name, const std::vector<AppTask> &tasks,
                       const std::vector<PipelineDevice> &devices,
                       const std::vector<std::unique_ptr<Lane>> &lanes) const {
  Trace trace;
  trace.name = name;
  trace.origin = origin_;
  collects_.appendTo(trace.events);
  for (TaskEvent &event : trace.events) {
    event.lane = static_cast<uint32_t>(lanes.size());
    event.task += static_cast<uint32_t>(tasks.size());
  }
  for (const AppTask &task : tasks)
    trace.tasks.push_back(task.name);
  for (std::string_view task : kFeederTasks)
    trace.tasks.emplace_back(task);
  for (size_t i = 0; i < lanes.size(); ++i) {
    trace.lanes.push_back(devices[i].name);
    if (devices[i].timesAreModelled)
      trace.modelled.push_back(devices[i].name);
    lanes[i]->events.appendTo(trace.events);
    trace.lost += lanes[i]->events.lost();
  }
  trace.lanes.emplace_back(kFeederLane);
  sortEvents(trace);
  frames_.appendTo(trace.frames);
  plans_.appendTo(trace.plans);
  return trace;
}

} // namespace tandem
