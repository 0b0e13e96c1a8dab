#pragma once

#include "pipeline/schedulers/task_graph.h"

#include <algorithm>
#include <vector>

namespace tandem {

/// How early a task can begin on a processor that has to get the outputs of several predecessors:
/// each comes from elsewhere, with its transfer, or is made on this processor, one after another.
/// (And in mirror image: how much is to come after a task with several successors.) The longest
/// single way alone would let all of them run here at once.
class Siblings {
public:
  void clear() { all_.clear(); }
  /// `remote`: when the output is here if it is made elsewhere. If made here: from `release` on,
  /// for `duration`; kCannotRun where that cannot be.
  void add(double remote, double release, double duration) {
    all_.push_back({remote, release, duration});
  }

  /// When all outputs can be here, at least; the processor is free from `base` on.
  double ready(double base) { return least(base, byRelease, serialReady); }

  /// In mirror image: `remote` is what comes after and with the transfer, `release` what comes
  /// after the successor.
  double rest() { return least(0, byFallingRelease, serialRest); }

private:
  struct One {
    double remote, release, duration;
  };
  static bool byRelease(const One &a, const One &b) { return a.release < b.release; }
  static bool byFallingRelease(const One &a, const One &b) { return a.release > b.release; }

  static double serialReady(const std::vector<One> &local, double base) {
    double time = base;
    for (const One &one : local)
      time = std::max(time, one.release) + one.duration;
    return time;
  }
  static double serialRest(const std::vector<One> &local, double) {
    double time = 0, most = 0;
    for (const One &one : local)
      most = std::max(most, (time += one.duration) + one.release);
    return most;
  }

  /// Those whose remote time is above the answer have to be local, so that it is enough to try
  /// as local the ones with the largest remote times.
  template <typename Before, typename Serial>
  double least(double base, Before before, Serial serial) {
    std::sort(all_.begin(), all_.end(),
              [](const One &a, const One &b) { return a.remote > b.remote; });
    local_.clear();
    double best = all_.empty() ? base : std::max(base, all_[0].remote);
    for (size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].duration == kCannotRun)
        break;
      local_.insert(std::upper_bound(local_.begin(), local_.end(), all_[i], before), all_[i]);
      double here = serial(local_, base);
      if (here >= best)
        break;
      best = std::min(best, std::max(here, i + 1 < all_.size() ? all_[i + 1].remote : base));
    }
    return best;
  }

  std::vector<One> all_, local_;
};

} // namespace tandem
