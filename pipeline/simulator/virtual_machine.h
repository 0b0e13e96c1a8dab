#pragma once

#include "pipeline/schedulers/task_graph.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace tandem {

/// Processors that work and data on their way, on a virtual clock: what takes how long, nothing of
/// what is run next. Internal to pipeline/simulator.
class VirtualMachine {
public:
  explicit VirtualMachine(const TaskGraph &graph);

  /// What has ended, or that a time has come that somebody waits for.
  struct Event {
    enum class Kind : uint8_t { kTask, kTransfer, kAlarm } kind = Kind::kAlarm;
    size_t processor = 0; ///< kTask
    uint64_t tag = 0;     ///< kTransfer, kAlarm: whatever was given
  };

  double now() const { return now_; }
  bool idle(size_t processor) const { return !running_[processor]; }
  /// Work of so many units that asks for that part of the memory's bandwidth, on an idle processor.
  void start(size_t processor, double work, double memoryShare);
  /// Data on their way for so long: on a path they wait for those that were sent before them.
  void send(int path, double duration, uint64_t tag);
  void wakeAt(double time, uint64_t tag);

  /// Goes on to the next event; nothing when nothing is under way. Of events at one time: tasks by
  /// processor, transfers in the order in which they were sent, alarms.
  std::optional<Event> next();
  /// Whether the next event is at this very time, but for rounding.
  bool moreNow() const;
  /// How long the processor has worked on what has ended.
  double busy(size_t processor) const { return busy_[processor]; }

private:
  /// `left` units at the time `since`; `end` changes only when the speed does, so that no rounding
  /// adds up.
  struct Work {
    double share = 0, left = 0, speed = 0, begun = 0, since = 0, end = 0;
  };
  /// Contention: each at the speed of its part of the bandwidth.
  void setSpeeds();
  /// The processor whose work ends first, or how many there are.
  size_t firstToEnd() const;

  double now_ = 0;
  std::vector<std::optional<Work>> running_; ///< by processor
  std::vector<double> busy_;
  std::map<int, double> pathFree_; ///< from when
  /// By time, kind and order of coming.
  std::map<std::pair<double, uint64_t>, Event> timed_;
  uint64_t sent_ = 0;
  std::vector<double> shares_, speeds_; ///< scratch
};

} // namespace tandem
