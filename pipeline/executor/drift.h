#pragma once

#include "pipeline/executor/pipelined.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

namespace tandem {

struct DriftOptions {
  /// A device has drifted when its tasks take so much more or less than planned, as a part of it.
  double threshold = 0.2;
  int64_t leastRuns = 32; ///< of a task, before its time counts
  int confirmations = 3;  ///< looks in a row that must find the same: one busy moment is no drift
  std::chrono::microseconds period{500'000}; ///< between two looks
};

/// By device: what its tasks take, of the time that the plan gives them; 1 where too little has
/// run. Tasks count as often as the plan has them there. Pure.
std::vector<double> driftOf(const Plan &plan, std::span<const TaskTime> times, size_t devices,
                            int64_t leastRuns);

/// Watches an executor from a thread of its own, and has a new plan made when what was measured
/// has drifted from the plan (a phone that has become hot); frames go on in the meantime.
class DriftWatcher {
public:
  /// Makes a plan from what tasks take now; none: keep the old one. In the watcher's thread.
  using MakePlan = std::function<std::optional<Plan>(std::span<const TaskTime> times)>;

  /// `executor` outlives this.
  DriftWatcher(PipelinedExecutor &executor, MakePlan makePlan, DriftOptions options = {});
  /// Waits for a plan that is being made.
  ~DriftWatcher();

  /// Plans that the executor took so far.
  int64_t plans() const { return plans_.load(); }

private:
  void watch();
  /// True: the drift was found so often that a new plan is due.
  bool look();

  PipelinedExecutor &executor_;
  MakePlan makePlan_;
  DriftOptions options_;
  int found_ = 0;
  std::atomic<int64_t> plans_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_; // last: it uses the rest
};

} // namespace tandem
