#include "pipeline/steps/common/options.h"
#include "pipeline/steps/common/step.h"

namespace tandem {
namespace {

/// A number in words: one for at least the limit, one for less (and for what is not a number).
class Verdict final : public Step {
public:
  explicit Verdict(const AppStep &step)
      : least_(step.option<double>("least")),
        words_(std::make_shared<const std::vector<std::string>>(std::vector<std::string>{
            step.option<std::string>("no"), step.option<std::string>("yes")})) {}

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    Label &label = reuse<Label>(outputs[0]);
    label.labels = words_;
    label.index = inputs.number(0) >= least_ ? 1 : 0;
    return {};
  }

private:
  double least_;
  Labels words_;
};

} // namespace

void registerVerdict(StepTable &table);
void registerVerdict(StepTable &table) {
  StepKind kind;
  kind.name = "verdict";
  kind.summary = "a number in one of two words";
  kind.inputs = {{"number", ValueType::kNumber, false}};
  kind.outputs = {{"", ValueType::kLabel, false}};
  kind.options = {numberOption("least", 0.5, -1e30, 1e30), textOption("yes", "yes"),
                  textOption("no", "no")};
  table.add(std::move(kind), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Verdict>(step));
  });
}

} // namespace tandem
