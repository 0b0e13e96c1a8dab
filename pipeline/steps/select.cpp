#include "pipeline/steps/common/options.h"
#include "pipeline/steps/common/step.h"

namespace tandem {
namespace {

/// One number out of a tensor, for `when` and for results.
class Select final : public Step {
public:
  explicit Select(const AppStep &step) : index_(step.option<int64_t>("index")) {}

  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    TANDEM_RETURN_IF_ERROR(requireFloats(*inputs[0], "tensor"));
    int64_t count = elementCount(inputs[0]->shape).value_or(0);
    if (index_ >= count)
      return Error(Code::kInvalidArgument, "", "'index' is ", index_, ", input 'tensor' is ",
                   specText(*inputs[0]), " with ", count, " values");
    return std::vector<TensorSpec>(1);
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    outputs[0] = static_cast<double>(inputs.tensor(0).floats()[index_]);
    return {};
  }

private:
  int64_t index_;
};

} // namespace

void registerSelect(StepTable &table);
void registerSelect(StepTable &table) {
  StepKind kind;
  kind.name = "select";
  kind.summary = "one number out of a tensor";
  kind.inputs = {{"tensor", ValueType::kTensor, false}};
  kind.outputs = {{"", ValueType::kNumber, false}};
  kind.options = {integerOption("index", 0, 0, 1'000'000'000)};
  table.add(std::move(kind), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Select>(step));
  });
}

} // namespace tandem
