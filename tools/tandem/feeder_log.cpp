#include "tools/tandem/feeder_log.h"

#include <algorithm>

namespace tandem {

void FeederLog::addTo(Trace &trace) const {
  auto indexOf = [](const std::vector<std::string> &names, std::string_view name) {
    return static_cast<uint32_t>(std::ranges::find(names, name) - names.begin());
  };
  auto nanoseconds = [&](Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time - trace.origin).count();
  };
  std::vector<Event> events;
  events_.appendTo(events);
  uint32_t lane = indexOf(trace.lanes, kFeederLane);
  for (const Event &event : events)
    trace.events.push_back({.lane = lane,
                            .task = indexOf(trace.tasks, event.task),
                            .frame = event.frame,
                            .startNs = nanoseconds(event.start),
                            .finishNs = nanoseconds(event.finish),
                            .ready = TaskEvent::kNoQueue});
  trace.lost += events_.lost();
  sortEvents(trace);
}

} // namespace tandem
