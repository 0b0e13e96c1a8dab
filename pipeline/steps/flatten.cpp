#include "pipeline/steps/common/step.h"

namespace tandem {
namespace {

/// All values of a tensor in one row: for models that take a row where a step makes a picture.
class Flatten final : public Step {
public:
  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    spec_ = *inputs[0];
    spec_.shape = {1, elementCount(inputs[0]->shape).value_or(0)};
    return std::vector<TensorSpec>{spec_};
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Tensor &in = inputs.tensor(0);
    Tensor &out = reuse<Tensor>(outputs[0]);
    out.spec = spec_;
    out.bytes.assign(in.bytes.data(), in.bytes.data() + in.bytes.size());
    out.region = in.region;
    out.labels = in.labels;
    return {};
  }

private:
  TensorSpec spec_;
};

} // namespace

void registerFlatten(StepTable &table);
void registerFlatten(StepTable &table) {
  StepKind kind;
  kind.name = "flatten";
  kind.summary = "all values of a tensor in one row";
  kind.inputs = {{"tensor", ValueType::kTensor, false}};
  kind.outputs = {{"", ValueType::kTensor, false}};
  table.add(std::move(kind), [](const AppStep &) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Flatten>());
  });
}

} // namespace tandem
