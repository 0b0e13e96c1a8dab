#pragma once

#include "pipeline/executor/executor.h"

namespace tandem {

/// One step of an application bound to what runs it: a Step, or a model. Knows nothing of when it
/// runs; that is the executor's part.
class Stage {
public:
  virtual ~Stage() = default;
  /// `outputs` keeps its memory between runs.
  virtual Status run(std::span<const InputRef> inputs, std::span<Value> outputs) = 0;
};

/// Makes the stages of all steps, in their order, and checks that what each makes fits those that
/// take it. `parts` outlives the stages. Errors: kInvalidArgument, kNotFound, with the line.
Result<std::vector<std::unique_ptr<Stage>>> makeStages(const ExecutorParts &parts,
                                                       const StepTable &table);

} // namespace tandem
