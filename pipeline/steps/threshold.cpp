#include "pipeline/steps/common/options.h"
#include "pipeline/steps/common/step.h"

namespace tandem {
namespace {

/// Leaves out detections with too low a score, or too small to look at.
class Threshold final : public Step {
public:
  explicit Threshold(const AppStep &step)
      : least_(step.option<double>("least")), leastSide_(step.option<double>("least_side")) {}

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Detections &all = inputs.detections(0);
    Detections &kept = reuse<Detections>(outputs[0]);
    kept.labels = all.labels;
    kept.items.clear();
    for (const Detection &detection : all.items)
      if (detection.score >= least_ && detection.box.width() >= leastSide_ &&
          detection.box.height() >= leastSide_)
        kept.items.push_back(detection);
    return {};
  }

private:
  double least_, leastSide_;
};

StepKind describe() {
  StepKind kind;
  kind.name = "threshold";
  kind.summary = "leave out detections with too low a score or too small a box";
  kind.inputs = {{"detections", ValueType::kDetections, false}};
  kind.outputs = {{"", ValueType::kDetections, false}};
  kind.options = {numberOption("least", 0.5, 0, 1), numberOption("least_side", 0, 0, 65536)};
  return kind;
}

} // namespace

void registerThreshold(StepTable &table);
void registerThreshold(StepTable &table) {
  table.add(describe(), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Threshold>(step));
  });
}

} // namespace tandem
