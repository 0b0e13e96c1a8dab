#pragma once

#include "pipeline/executor/frame_state.h"
#include "pipeline/executor/stage.h"

#include <atomic>

namespace tandem {

/// A frame that is stopped keeps its remaining steps from running: set by whoever sees the reason
/// first.
enum class FrameFate : uint8_t { kRunning, kFailed, kCancelled, kLate };

/// Parts of one step of one frame. Internal to pipeline/executor.
struct StepRun {
  size_t step = 0;
  StagePart part;
  int calls = 0; ///< set: detections that it ran for, or 1
};

/// Runs the parts for each detection that they apply to: the whole meaning of for_each and when, of
/// every executor. `inputs` is memory to use again. Between two detections `fate` is looked at.
Status runStep(const Application &app, FrameState &state, Stage &stage,
               const std::atomic<FrameFate> &fate, std::vector<InputRef> &inputs, StepRun &run);

} // namespace tandem
