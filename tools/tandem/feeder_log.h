#pragma once

#include "pipeline/trace/trace.h"

#include <chrono>

namespace tandem {

/// What the thread does that feeds a pipeline, beside what the executor sees of it: for a trace.
class FeederLog {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// Keeps the newest `most`.
  explicit FeederLog(size_t most) : events_(most) {}

  /// `task`: kReadTask or kDrawTask.
  void add(std::string_view task, int64_t frame, Time start, Time finish) {
    events_.add({task, frame, start, finish});
  }
  /// Into the trace of an executor, which has the feeder's lane and its tasks' names.
  void addTo(Trace &trace) const;

private:
  struct Event {
    std::string_view task;
    int64_t frame = 0;
    Time start, finish;
  };
  EventRing<Event> events_;
};

} // namespace tandem
