#pragma once

#include "pipeline/schedulers/common/bounds.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tandem {

/// When something that does one thing at a time is busy, in a pattern that is repeated every
/// `period`. Made for a known load, which always fits, in whatever order it comes: uses stand in
/// one block that grows at its end, and no more idle time is let into the block than the load
/// leaves over.
class CircularTimeline {
public:
  /// `load`: the sum of all durations that will be put in, at most `period`.
  void reset(double period, double load) {
    period_ = period;
    slack_ = period - load;
    tolerance_ = kTimeTolerance * period;
    isEmpty_ = true;
    gaps_.clear();
  }

  /// The first start from `ready` on at which it is free, in this period or a later one.
  double earliest(double ready, double duration) const {
    if (duration <= 0 || isEmpty_)
      return ready;
    double wait = after(ready, end_);
    double best = wait <= slack_ + tolerance_ ? ready : ready + (period_ - wait);
    for (const Gap &gap : gaps_) {
      if (duration > gap.finish - gap.start + tolerance_)
        continue;
      double into = after(ready, gap.start);
      bool fits = into + duration <= gap.finish - gap.start + tolerance_;
      best = std::min(best, fits ? ready : ready + (period_ - into));
    }
    return best;
  }

  /// Puts in what earliest() gave.
  void insert(double start, double duration) {
    if (duration <= 0)
      return;
    if (isEmpty_) {
      isEmpty_ = false;
      end_ = start + duration;
      return;
    }
    for (size_t i = 0; i < gaps_.size(); ++i) {
      Gap gap = gaps_[i];
      double into = after(start, gap.start);
      if (into + duration > gap.finish - gap.start + tolerance_)
        continue;
      gaps_[i].finish = gap.start + into;
      gaps_.push_back({gap.start + into + duration, gap.finish});
      slack_ += duration; // the block's end need not hold it any more
      return;
    }
    double wait = after(start, end_);
    if (wait > tolerance_)
      gaps_.push_back({end_, end_ + wait});
    slack_ -= wait;
    end_ = start + duration;
  }

private:
  struct Gap {
    double start, finish; // finish - start is right; both modulo the period
  };
  /// How long after `from` the time is, going round: 0 to below the period.
  double after(double time, double from) const {
    double difference = std::fmod(time - from, period_);
    if (difference < 0)
      difference += period_;
    return difference > period_ - tolerance_ ? 0 : difference;
  }

  double period_ = 0, slack_ = 0, tolerance_ = 0, end_ = 0;
  bool isEmpty_ = true;
  std::vector<Gap> gaps_;
};

} // namespace tandem
