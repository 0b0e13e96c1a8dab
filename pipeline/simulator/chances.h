#pragma once

#include "pipeline/schedulers/common/random.h"
#include "pipeline/simulator/simulator.h"

namespace tandem {

/// What is left to chance in a simulated frame: how many detections each for_each has, for how many
/// of them each `when` holds, and jitter. Internal to pipeline/simulator.
class Chances {
public:
  /// `options` has passed check(), and outlives this.
  explicit Chances(const SimulationOptions &options);

  /// Errors: kInvalidArgument.
  static Status check(const SimulationOptions &options, size_t tasks);

  /// What a task's average time is multiplied by, in each frame; one entry a task. The draws of a
  /// frame depend on the seed and its number only, not on when it runs.
  std::vector<double> factorsOf(int64_t frame, size_t tasks) const;

private:
  const SimulationOptions &options_;
  std::vector<double> means_; ///< by for_each: detections
};

} // namespace tandem
