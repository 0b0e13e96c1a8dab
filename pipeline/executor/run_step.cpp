#include "pipeline/executor/run_step.h"

namespace tandem {

Status runStep(const Application &app, FrameState &state, Stage &stage,
               const std::atomic<FrameFate> &fate, std::vector<InputRef> &inputs, StepRun &run) {
  const AppStep &step = app.steps[run.step];
  size_t count = state.countOf(step);
  if (run.part.first == 0)
    state.prepare(run.step, count);
  for (size_t item = 0; item < count; ++item) {
    if (fate.load(std::memory_order_relaxed) != FrameFate::kRunning)
      break;
    if (!state.inputsOf(step, item, inputs))
      continue;
    TANDEM_RETURN_IF_ERROR(stage.run(run.part, inputs, state.outputsOf(run.step, item)));
    ++run.calls;
    if (run.part.last == stage.parts())
      state.markPresent(run.step, item);
  }
  return {};
}

} // namespace tandem
