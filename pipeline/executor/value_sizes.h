#pragma once

#include "pipeline/executor/executor.h"

namespace tandem {

/// What an application's values take in memory, in bytes.
struct ValueSizes {
  /// By step, then output: of one run; of detections those of one.
  std::vector<std::vector<double>> outputs;
  /// Of one more frame in flight: arenas of its models, tensors between the steps. Without its
  /// picture.
  double frame = 0;
};

/// Errors: those of makeStages(), since what does not fit has no size.
Result<ValueSizes> valueSizesOf(const ExecutorParts &parts, const StepTable &table);

} // namespace tandem
