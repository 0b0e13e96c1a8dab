#include "pipeline/steps/common/step.h"

#include <algorithm>

namespace tandem {
namespace {

/// The class with the best score (the first of equals), and the scores of all.
class Classify final : public Step {
public:
  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    TANDEM_RETURN_IF_ERROR(requireFloats(*inputs[0], "scores"));
    int64_t count = elementCount(inputs[0]->shape).value_or(0);
    if (count < 1 || (!inputs[0]->shape.empty() && inputs[0]->shape.back() != count))
      return Error(Code::kInvalidArgument, "", "input 'scores' is ", specText(*inputs[0]),
                   ", expected one row of scores");
    TANDEM_RETURN_IF_ERROR(requireLabels(*inputs[0], "scores", static_cast<size_t>(count)));
    return std::vector<TensorSpec>(3);
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Tensor &tensor = inputs.tensor(0);
    Label &label = reuse<Label>(outputs[0]);
    Scores &scores = reuse<Scores>(outputs[1]);
    scores.values.assign(tensor.floats(), tensor.floats() + tensor.floatCount());
    scores.labels = label.labels = tensor.labels;
    auto best = std::ranges::max_element(scores.values);
    label.index = static_cast<int>(best - scores.values.begin());
    outputs[2] = static_cast<double>(*best);
    return {};
  }
};

} // namespace

void registerClassify(StepTable &table);
void registerClassify(StepTable &table) {
  StepKind kind;
  kind.name = "classify";
  kind.summary = "the class with the best score";
  kind.inputs = {{"scores", ValueType::kTensor, /*optional=*/false, /*hasClasses=*/true}};
  kind.outputs = {{"label", ValueType::kLabel, false},
                  {"scores", ValueType::kScores, false},
                  {"score", ValueType::kNumber, false}};
  table.add(std::move(kind), [](const AppStep &) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Classify>());
  });
}

} // namespace tandem
