#include "pipeline/steps/common/step.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

/// Along the last dimension.
class Softmax final : public Step {
public:
  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    TANDEM_RETURN_IF_ERROR(requireFloats(*inputs[0], "scores"));
    if (inputs[0]->shape.empty() || elementCount(inputs[0]->shape).value_or(0) == 0)
      return Error(Code::kInvalidArgument, "", "input 'scores' is ", specText(*inputs[0]),
                   ", expected at least one score");
    return std::vector<TensorSpec>{*inputs[0]};
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Tensor &in = inputs.tensor(0);
    Tensor &out = reuse<Tensor>(outputs[0]);
    shapeFloats(out, in.spec.shape);
    out.region = in.region;
    out.labels = in.labels;
    size_t width = static_cast<size_t>(in.spec.shape.back());
    for (size_t row = 0; row < in.floatCount(); row += width)
      softmax({in.floats() + row, width}, {out.floats() + row, width});
    return {};
  }

private:
  /// The largest score is taken off first: exp() of what remains cannot overflow.
  static void softmax(std::span<const float> in, std::span<float> out) {
    double largest = *std::ranges::max_element(in), sum = 0;
    for (float score : in)
      sum += std::exp(score - largest);
    for (size_t i = 0; i < in.size(); ++i)
      out[i] = static_cast<float>(std::exp(in[i] - largest) / sum);
  }
};

} // namespace

void registerSoftmax(StepTable &table);
void registerSoftmax(StepTable &table) {
  StepKind kind;
  kind.name = "softmax";
  kind.summary = "scores of classes as probabilities";
  kind.inputs = {{"scores", ValueType::kTensor, false}};
  kind.outputs = {{"", ValueType::kTensor, false}};
  table.add(std::move(kind), [](const AppStep &) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Softmax>());
  });
}

} // namespace tandem
