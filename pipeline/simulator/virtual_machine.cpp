#include "pipeline/simulator/virtual_machine.h"

#include "pipeline/schedulers/common/contention.h"

#include <algorithm>

namespace tandem {

/// Alarms come behind transfers of the same time.
static constexpr uint64_t kBehindTransfers = uint64_t{1} << 63;

VirtualMachine::VirtualMachine(const TaskGraph &graph)
    : running_(graph.processors.size()), busy_(graph.processors.size()) {}

void VirtualMachine::setSpeeds() {
  shares_.clear();
  for (const std::optional<Work> &work : running_)
    shares_.push_back(work ? work->share : 0);
  speeds_.resize(shares_.size());
  fairSpeeds(shares_, speeds_);
  for (size_t i = 0; i < running_.size(); ++i) {
    if (!running_[i] || running_[i]->speed == speeds_[i])
      continue;
    Work &work = *running_[i];
    work.left = std::max(0.0, work.left - work.speed * (now_ - work.since));
    work.speed = speeds_[i];
    work.since = now_;
    work.end = now_ + work.left / work.speed;
  }
}

void VirtualMachine::start(size_t processor, double work, double memoryShare) {
  running_[processor] = Work{.share = memoryShare, .left = work, .begun = now_, .since = now_};
  setSpeeds();
}

void VirtualMachine::send(int path, double duration, uint64_t tag) {
  double start = now_;
  if (path >= 0) {
    double &free = pathFree_[path];
    start = std::max(start, free);
    free = start + duration;
  }
  timed_[{start + duration, sent_++}] = {.kind = Event::Kind::kTransfer, .tag = tag};
}

void VirtualMachine::wakeAt(double time, uint64_t tag) {
  timed_[{std::max(time, now_), kBehindTransfers | sent_++}] = {.kind = Event::Kind::kAlarm,
                                                                .tag = tag};
}

size_t VirtualMachine::firstToEnd() const {
  size_t first = running_.size();
  for (size_t i = 0; i < running_.size(); ++i)
    if (running_[i] && (first == running_.size() || running_[i]->end < running_[first]->end))
      first = i;
  return first;
}

bool VirtualMachine::moreNow() const {
  double soon = now_ + 1e-9 * std::max(1.0, now_);
  size_t first = firstToEnd();
  return (first < running_.size() && running_[first]->end <= soon) ||
         (!timed_.empty() && timed_.begin()->first.first <= soon);
}

std::optional<VirtualMachine::Event> VirtualMachine::next() {
  size_t first = firstToEnd();
  if (first < running_.size() &&
      (timed_.empty() || running_[first]->end <= timed_.begin()->first.first)) {
    now_ = running_[first]->end;
    busy_[first] += now_ - running_[first]->begun;
    running_[first].reset();
    setSpeeds();
    return Event{.kind = Event::Kind::kTask, .processor = first};
  }
  if (timed_.empty())
    return std::nullopt;
  auto [key, event] = *timed_.begin();
  timed_.erase(timed_.begin());
  now_ = key.first;
  return event;
}

} // namespace tandem
