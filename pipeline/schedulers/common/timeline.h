#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tandem {

/// When something that does one thing at a time (a processor, a path) is busy. Nothing in it
/// overlaps; what takes no time may stand at the border of two others, never inside one.
class Timeline {
public:
  struct Interval {
    double start, finish;
  };

  /// The first time from `ready` on at which it is free for so long: insertion, in the words of the
  /// HEFT paper.
  double earliest(double ready, double duration) const {
    auto next = std::lower_bound(
        busy_.begin(), busy_.end(), ready,
        [](const Interval &interval, double time) { return interval.finish <= time; });
    double start = ready;
    for (; next != busy_.end() && start + duration > next->start; ++next)
      start = std::max(start, next->finish);
    return start;
  }

  void insert(double start, double finish) { busy_.insert(place(start, finish), {start, finish}); }
  /// Takes away what insert() put there.
  void erase(double start, double finish) { busy_.erase(place(start, finish)); }
  void clear() { busy_.clear(); }
  double end() const { return busy_.empty() ? 0 : busy_.back().finish; }

private:
  std::vector<Interval>::iterator place(double start, double finish) {
    return std::lower_bound(busy_.begin(), busy_.end(), Interval{start, finish},
                            [](const Interval &a, const Interval &b) {
                              return a.start < b.start ||
                                     (a.start == b.start && a.finish < b.finish);
                            });
  }

  std::vector<Interval> busy_; // by start
};

} // namespace tandem
