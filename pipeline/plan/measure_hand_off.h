#pragma once

#include "pipeline/executor/app_tasks.h"

namespace tandem {

/// What the executor itself costs on two devices of a machine, in microseconds.
struct HandOffCosts {
  double dispatchUs = 0; ///< of a task, on the device that its inputs were made on
  double handOffUs = 0; ///< from the end of a task to the start of its follower on the other device
  double usPerByte = 0; ///< that it takes longer to read what the other device's core has written
};

/// Measured with the executor's own workers, in some tens of milliseconds; medians of several
/// rounds. Errors: kUnavailable for threads and cores that are not there.
Result<HandOffCosts> measureHandOff(const PipelineDevice &one, const PipelineDevice &other);

} // namespace tandem
