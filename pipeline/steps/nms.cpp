#include "pipeline/steps/common/options.h"
#include "pipeline/steps/common/step.h"

#include <algorithm>

namespace tandem {
namespace {

/// Area of the intersection over that of the union.
double overlap(const Box &a, const Box &b) {
  double width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  double height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (width <= 0 || height <= 0)
    return 0;
  double common = width * height;
  return common / (a.width() * a.height() + b.width() * b.height() - common);
}

/// Non-maximum suppression: of boxes that overlap by more than `overlap`, the one with the best
/// score stays. Best first; equal scores in the order in which they came.
class Nms final : public Step {
public:
  explicit Nms(const AppStep &step)
      : overlap_(step.option<double>("overlap")), perClass_(step.option<bool>("per_class")),
        most_(static_cast<size_t>(step.option<int64_t>("most"))) {}

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Detections &all = inputs.detections(0);
    Detections &kept = reuse<Detections>(outputs[0]);
    kept.labels = all.labels;
    kept.items.clear();
    order_.resize(all.items.size());
    for (size_t i = 0; i < order_.size(); ++i)
      order_[i] = i;
    std::ranges::sort(order_, [&](size_t a, size_t b) {
      double scoreA = all.items[a].score, scoreB = all.items[b].score;
      return scoreA != scoreB ? scoreA > scoreB : a < b;
    });
    for (size_t index : order_) {
      if (kept.items.size() == most_)
        break;
      const Detection &candidate = all.items[index];
      bool hidden = std::ranges::any_of(kept.items, [&](const Detection &better) {
        return (!perClass_ || better.label == candidate.label) &&
               overlap(better.box, candidate.box) > overlap_;
      });
      if (!hidden)
        kept.items.push_back(candidate);
    }
    return {};
  }

private:
  double overlap_;
  bool perClass_;
  size_t most_;
  std::vector<size_t> order_;
};

StepKind describe() {
  StepKind kind;
  kind.name = "nms";
  kind.summary = "of boxes that overlap, keep the best";
  kind.inputs = {{"detections", ValueType::kDetections, false}};
  kind.outputs = {{"", ValueType::kDetections, false}};
  kind.options = {numberOption("overlap", 0.5, 0, 1), boolOption("per_class", false),
                  integerOption("most", 100, 1, 10000)};
  return kind;
}

} // namespace

void registerNms(StepTable &table);
void registerNms(StepTable &table) {
  table.add(describe(), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Nms>(step));
  });
}

} // namespace tandem
