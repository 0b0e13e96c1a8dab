#pragma once

#include "base/result.h"
#include "pipeline/schedulers/plan.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// Which ready task a device runs next: decided here and nowhere else, so that the executor, on
/// real time, and the simulator, on a virtual clock, cannot differ. Plain data without threads or
/// clocks.
///
/// The rule: a plan's pattern of frames, laid one behind another every Plan::interval *
/// Plan::frames, gives every task of every frame a place in time. A device takes, of the tasks that
/// are ready on it, one of the frames with the highest priority, of these the one with the earliest
/// place, of equals the one of the oldest frame. It never waits for a task while another is ready,
/// so what a plan could not know (a frame with more faces) costs no idle time. Nor does it stay
/// idle while a task is ready on a busy device of its kind: it takes that one's next.

/// Which tasks wait for which: the edges of distance 0 of a task graph.
struct TaskLinks {
  std::vector<uint32_t> waitsFor;               ///< by task: edges that come in
  std::vector<std::vector<uint32_t>> followers; ///< by task, in the order of the edges

  TaskLinks(size_t tasks, std::span<const TaskEdge> edges);
};

/// A task that could run.
struct ReadyTask {
  double place = 0;     ///< in time, as the plan has it
  int64_t sequence = 0; ///< of its frame among those that began, from 0
  int32_t priority = 0; ///< of its frame
  uint32_t slot = 0;    ///< whatever the owner keeps of the frame
  uint32_t task = 0;

  bool before(const ReadyTask &other) const {
    if (priority != other.priority)
      return priority > other.priority;
    if (place != other.place)
      return place < other.place;
    return sequence != other.sequence ? sequence < other.sequence : task < other.task;
  }
};

/// The ready tasks of one device: a heap in memory that is there from the start.
class ReadyTasks {
public:
  explicit ReadyTasks(size_t capacity) { heap_.reserve(capacity); }

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  /// At most `capacity` at a time, else it allocates.
  void add(const ReadyTask &task) {
    heap_.push_back(task);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  /// Takes the one to run next; there is one.
  ReadyTask take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    ReadyTask task = heap_.back();
    heap_.pop_back();
    return task;
  }

private:
  static bool later(const ReadyTask &a, const ReadyTask &b) { return b.before(a); }
  std::vector<ReadyTask> heap_;
};

/// A plan as devices look things up in it. Immutable; any thread.
class Dispatch {
public:
  /// Errors: kInvalidArgument: a plan without frames, one that is not of `tasks` tasks in its
  /// order, or names a processor that is not there.
  static Result<Dispatch> create(Plan plan, size_t tasks, size_t processors);

  const Plan &plan() const { return plan_; }
  size_t frames() const { return plan_.frames; }
  /// From one pattern to the next.
  double period() const { return period_; }
  /// Of the pattern's frame `sequence % frames()`.
  const PlannedTask &at(int64_t sequence, size_t task) const {
    return plan_.at(static_cast<size_t>(sequence) % plan_.frames, task);
  }

private:
  Dispatch() = default;
  Plan plan_;
  double period_ = 0;
};

/// Numbers the frames that begin, and carries their places on from one plan to the next.
class FrameClock {
public:
  explicit FrameClock(const Dispatch &dispatch) : dispatch_(&dispatch) {}

  struct Ticket {
    int64_t sequence = 0; ///< among all frames that began
    int64_t inPlan = 0;   ///< among those that began under this plan
    double origin = 0;    ///< place of its pattern's start
  };
  /// The next frame begins.
  Ticket begin();
  /// Frames that begin from now on follow another plan, behind all that has begun.
  void follow(const Dispatch &dispatch);

  static ReadyTask ready(const Dispatch &dispatch, const Ticket &ticket, uint32_t task) {
    return {.place = ticket.origin + dispatch.at(ticket.inPlan, task).start,
            .sequence = ticket.sequence,
            .task = task};
  }

private:
  const Dispatch *dispatch_;
  int64_t begun_ = 0, inPlan_ = 0;
  double start_ = 0; ///< of this plan's first pattern
};

} // namespace tandem
