#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// What happened when frames went through a pipeline: plain data, from the executor (measured) and
/// from the simulator, which says so. Times in nanoseconds from the start.

/// The thread that feeds a pipeline is a lane too, and what it does has names in plans and traces:
/// it reads a frame, takes its results, and where they are drawn or written does that.
inline constexpr std::string_view kFeederLane = "feeder";
inline constexpr std::string_view kReadTask = "(read)", kCollectTask = "(collect)",
                                  kDrawTask = "(draw)";

/// One task of one frame on one device.
struct TaskEvent {
  uint32_t lane = 0, task = 0; ///< indices into Trace::lanes and Trace::tasks
  int64_t frame = 0;
  int64_t startNs = 0, finishNs = 0;
  /// Tasks that were left waiting for the device; kNoQueue: nothing waits there.
  uint32_t ready = 0;
  uint64_t bytesCopied = 0; ///< from one place in memory to another
  /// Between the session's memory and the device's own: at the beginning and at the end of the
  /// task; of one that runs several times in a frame all together.
  uint64_t bytesToDevice = 0, bytesFromDevice = 0;
  int64_t toDeviceNs = 0, fromDeviceNs = 0;

  static constexpr uint32_t kNoQueue = UINT32_MAX;
};

enum class FrameMoment : uint8_t { kSubmitted, kBegun, kEnded };

struct FrameEvent {
  int64_t frame = 0;
  FrameMoment moment = FrameMoment::kSubmitted;
  int64_t atNs = 0;
};

/// Frames that begin from then on follow another plan.
struct PlanEvent {
  int64_t atNs = 0;
  double intervalUs = 0, makespanUs = 0; ///< that it gives a frame
};

/// The newest so many events, in memory that is there from the start. One thread adds; reading
/// needs whatever orders it after that.
template <typename Event> class EventRing {
public:
  explicit EventRing(size_t capacity) : ring_(capacity) {}

  void add(const Event &event) {
    if (!ring_.empty())
      ring_[added_ % ring_.size()] = event;
    ++added_;
  }
  /// Those that were overwritten.
  uint64_t lost() const { return added_ - kept(); }
  /// Oldest first.
  void appendTo(std::vector<Event> &events) const {
    for (uint64_t i = lost(); i < added_; ++i)
      events.push_back(ring_[i % ring_.size()]);
  }

private:
  uint64_t kept() const { return added_ < ring_.size() ? added_ : ring_.size(); }
  std::vector<Event> ring_;
  uint64_t added_ = 0;
};

struct Trace {
  std::string name;       ///< of the application
  bool simulated = false; ///< by a model, not measured: said wherever it is shown
  std::vector<std::string> lanes, tasks;
  std::vector<std::string> modelled = {}; ///< lanes whose times are a model's: said as well
  std::vector<TaskEvent> events;          ///< by start
  std::vector<FrameEvent> frames;         ///< by time
  std::vector<PlanEvent> plans;           ///< that replaced the first one, by time
  uint64_t lost = 0;                      ///< older events that there was no room for
  std::chrono::steady_clock::time_point origin = {}; ///< that times count from, where it is known
};

/// Its events by start, of equals by lane.
void sortEvents(Trace &trace);

/// Where its times come from: "measured", "modelled", "simulated".
std::string_view timesOf(const Trace &trace);

/// A bar of a Gantt chart, in microseconds from the start.
struct TraceBar {
  std::string lane, task;
  int64_t frame = 0;
  double start = 0, finish = 0;
};
/// The tasks that lie between two times.
std::vector<TraceBar> barsOf(const Trace &trace, int64_t fromNs, int64_t toNs);

/// Chrome's trace event format, as Perfetto and chrome://tracing read it: a thread a device with
/// its tasks, a flow through the tasks of each frame, each frame from its submission to its end,
/// what is copied into a device's memory and back as parts of its task, every other copy and
/// every new plan as an instant, and counters of ready tasks and of frames in
/// flight. Source: "Trace Event Format", Google, 2016 version.
std::string traceText(const Trace &trace);

/// The same as a file, whole or not at all. Errors: kIo.
Status writeTrace(const std::string &path, const Trace &trace);

} // namespace tandem
