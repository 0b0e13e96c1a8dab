#include "pipeline/executor/value_sizes.h"

#include "pipeline/executor/stage.h"

#include <algorithm>

namespace tandem {
namespace {

double bytesOf(ValueType type, const TensorSpec &spec) {
  if (type == ValueType::kTensor)
    return static_cast<double>(elementCount(spec.shape).value_or(0)) *
           static_cast<double>(elementSize(spec.type));
  return type == ValueType::kDetections ? sizeof(Detection) : sizeof(Value);
}

} // namespace

Result<ValueSizes> valueSizesOf(const ExecutorParts &parts, const StepTable &table) {
  StepRunners runners = runnersOfSteps(parts);
  TANDEM_ASSIGN_OR_RETURN(BoundStages bound, makeStages(parts.app, parts.labels, runners, table));
  ValueSizes sizes;
  for (size_t step = 0; step < parts.app.steps.size(); ++step) {
    const std::vector<ValueType> &types = parts.app.steps[step].outputTypes;
    std::vector<double> &own = sizes.outputs.emplace_back();
    std::vector<TensorSpec> specs = bound.specs[step];
    specs.resize(types.size()); // a step says nothing of what is no tensor
    for (size_t output = 0; output < types.size(); ++output) {
      own.push_back(bytesOf(types[output], specs[output]));
      bool lent = std::ranges::any_of(bound.lendings, [&](const Lending &other) {
        return other.step == step && other.output == output;
      });
      if (!lent && !runners[step]) // else it is in an arena
        sizes.frame += own.back();
    }
    if (runners[step]) // each step's is one of its own
      sizes.frame += static_cast<double>(runners[step]->memoryBytes());
  }
  return sizes;
}

} // namespace tandem
