#pragma once

#include "pipeline/executor/executor.h"

#include <cstdint>

namespace tandem {

/// The backends whose code runs on one device of a plan: "cpu" and "reference" on a core.
using DeviceBackends = std::vector<std::string>;

/// What of a stage is to be run, and what came of it.
struct StagePart {
  size_t first = 0, last = 1; ///< parts [first, last)
  /// A region for a backend that is not among them runs on its fallback, where it has one; null:
  /// every region where it was compiled for.
  const DeviceBackends *backends = nullptr;
  uint64_t bytesCopied = 0;       ///< added to: tensors that were not where they were needed
  DeviceCopies deviceCopies = {}; ///< added to: what went into a device's own memory and back
};

/// One step of an application bound to what runs it: a Step, or a model. Knows nothing of when it
/// runs; that is the executor's part.
class Stage {
public:
  virtual ~Stage() = default;
  /// Pieces that may run on unlike devices, in order: a model's regions; of a step one.
  virtual size_t parts() const { return 1; }
  /// The same inputs and outputs for all parts of one run. `outputs` keeps its memory between runs.
  virtual Status run(StagePart &part, std::span<const InputRef> inputs,
                     std::span<Value> outputs) = 0;
};

/// What a step makes goes straight into memory of a model's input.
struct Lending {
  size_t step = 0, output = 0;
  std::byte *data = nullptr;
  size_t bytes = 0;
};

struct BoundStages {
  std::vector<std::unique_ptr<Stage>> stages; ///< beside the steps
  std::vector<Lending> lendings;              ///< for FrameState::lend()
  /// By step, then output: what is known of tensors; unused for other values.
  std::vector<std::vector<TensorSpec>> specs;
};

/// A runner for each step, null where it runs no model. Steps that share one pay for it with
/// copies.
using StepRunners = std::vector<ModelRunner *>;

/// Makes the stages of all steps, in their order, and checks that what each makes fits those that
/// take it. `app` and the runners outlive the stages; `labels` stand beside app.models. Errors:
/// kInvalidArgument, kNotFound, with the line.
Result<BoundStages> makeStages(const Application &app, const std::vector<Labels> &labels,
                               const StepRunners &runners, const StepTable &table);

/// The runner of each step, out of those beside the application's models.
StepRunners runnersOfSteps(const ExecutorParts &parts);

} // namespace tandem
