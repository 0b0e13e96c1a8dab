#pragma once

#include "pipeline/executor/app_tasks.h"
#include "pipeline/executor/lane.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tandem {

/// What happens in a pipeline beside its tasks, each event once it has happened, and the trace of
/// both. Used under the pipeline's lock, now() by any thread. Internal to pipeline/executor.
class RunRecord {
public:
  /// `events`: so many of each sort are kept, the newest; 0: no trace.
  explicit RunRecord(size_t events);

  /// Nanoseconds since this was made, which a trace's times count from.
  int64_t now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - origin_).count();
  }
  void add(const FrameEvent &event) { frames_.add(event); }
  void add(const PlanEvent &event) { plans_.add(event); }
  /// Taking a frame's results, by whoever feeds the pipeline.
  void addCollected(int64_t frame, int64_t startNs, int64_t finishNs);

  /// Of an application of that name, its tasks and what ran them: a lane for each of the devices.
  Trace trace(const std::string &name, const std::vector<AppTask> &tasks,
              const std::vector<PipelineDevice> &devices,
              const std::vector<std::unique_ptr<Lane>> &lanes) const;

private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point origin_ = Clock::now();
  EventRing<FrameEvent> frames_;
  EventRing<PlanEvent> plans_;
  /// Lane and task are those of the feeder in a trace without tasks: trace() moves them.
  EventRing<TaskEvent> collects_;
};

} // namespace tandem
