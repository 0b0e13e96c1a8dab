#pragma once

#include "pipeline/schedulers/common/circular_timeline.h"
#include "pipeline/schedulers/common/instance.h"
#include "pipeline/schedulers/plan.h"
#include "pipeline/schedulers/scheduler.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// Where each task of each frame of a pattern runs, and in which order they are given their times:
/// entries are frame * tasks + task.
struct Pattern {
  size_t frames = 1;
  std::vector<uint32_t> processor; ///< by entry
  std::vector<uint32_t> order;     ///< entries, within a frame respecting the edges
};

/// What a pattern comes to.
struct PatternTimes {
  bool found = false; ///< whether there is a period at which it keeps recurrences and limits
  double interval = 0, makespan = 0;
  size_t framesInFlight = 1;
};

/// Gives the tasks of patterns their times by modulo scheduling: entries one after another, each at
/// the first time at which its data are there and its processor (and the paths to it) are free on
/// the circle of one period. The period is the load of the busiest processor or path, or more where
/// recurrences, contention, arrivals or limits want it.
///
/// Sources: Lam, "Software pipelining", PLDI 1988; Rau, "Iterative modulo scheduling", MICRO 1994.
class ModuloSchedule {
public:
  ModuloSchedule(const Instance &instance, const ScheduleOptions &limits);

  PatternTimes evaluate(const Pattern &pattern);
  /// The plan of the pattern that was evaluated last, which must have been found.
  Plan plan() const { return plan_; }
  /// Steps over tasks and edges so far, for SearchBudget.
  double work() const { return work_; }

private:
  void resetDurations(const Pattern &pattern);
  double memoryLoad(const Pattern &pattern) const;
  double load(const Pattern &pattern);
  bool scheduleAt(const Pattern &pattern, double period);
  bool placeAll(const Pattern &pattern, double period);
  bool place(const Pattern &pattern, uint32_t entry, double period);
  double sendInputs(const Pattern &pattern, uint32_t entry, double ready, double period);
  bool sendBack(const Pattern &pattern, uint32_t entry, double period);
  void waitForConsumers(const Pattern &pattern, double period);
  bool stretchForContention(double period);
  void stretchForTheWorst(const Pattern &pattern);
  bool keepsLimits() const;
  double send(const Pattern &pattern, size_t edge, size_t frame, double from);
  /// The entry that consumes what frame `frame` sends over the edge, and how many periods later.
  struct Consumer {
    uint32_t entry;
    double later;
  };
  Consumer consumer(size_t edge, size_t frame, size_t frames) const;

  const Instance &instance_;
  const ScheduleOptions &limits_;
  std::vector<std::vector<uint32_t>> carriedIn_, carriedOut_; // edges of distance > 0, by task
  std::vector<CircularTimeline> processors_, paths_;
  std::vector<double> processorLoad_, pathLoad_, duration_; // duration_: by entry, with contention
  std::vector<char> placed_;
  Plan plan_;
  double work_ = 0;
};

} // namespace tandem
