#include "pipeline/steps/common/decode.h"
#include "pipeline/steps/common/options.h"

#include <cmath>

namespace tandem {
namespace {

/// Boxes of an SSD network with the anchors and the box coder of TensorFlow's object detection:
/// per cell of each map one anchor for each aspect ratio at the map's scale, and a square one
/// between its scale and the next map's. With `reduce_first` the first map has three: a small
/// square, and ratios 2 and 1/2. Source: ssd_anchor_generator and faster_rcnn_box_coder of the
/// TensorFlow Object Detection API, as in MediaPipe's SsdAnchorsCalculator.
class DecodeSsd final : public Step {
public:
  explicit DecodeSsd(const AppStep &step)
      : threshold_(step.option<double>("threshold")),
        coder_(step.option<std::vector<double>>("coder")),
        background_(step.option<bool>("background")) {
    buildAnchors(step);
  }

  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    TANDEM_RETURN_IF_ERROR(requireBoxes(*inputs[0], anchors_.size(), 4));
    TANDEM_RETURN_IF_ERROR(requireScores(*inputs[1], anchors_.size()));
    stride_ = static_cast<size_t>(inputs[0]->shape.back());
    classes_ = static_cast<size_t>(inputs[1]->shape.back());
    if (background_ && classes_ < 2)
      return Error(Code::kInvalidArgument, "", "input 'scores' is ", specText(*inputs[1]),
                   ", expected the background and at least one class");
    TANDEM_RETURN_IF_ERROR(requireLabels(*inputs[1], "scores", classes_));
    return std::vector<TensorSpec>(1);
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Tensor &boxes = inputs.tensor(0), &scores = inputs.tensor(1);
    Detections &found = reuse<Detections>(outputs[0]);
    found.items.clear();
    found.labels = scores.labels;
    for (size_t i = 0; i < anchors_.size(); ++i) {
      const float *logits = scores.floats() + i * classes_;
      size_t best = background_ ? 1 : 0;
      for (size_t c = best + 1; c < classes_; ++c)
        if (logits[c] > logits[best])
          best = c;
      double score = sigmoid(logits[best]);
      if (score >= threshold_)
        addBox(found, boxes.region, decode(boxes.floats() + i * stride_, anchors_[i]), score,
               static_cast<int>(best));
    }
    return {};
  }

private:
  /// `code` is y, x, height, width.
  CentredBox decode(const float *code, const CentredBox &anchor) const {
    return {code[1] / coder_[1] * anchor.width + anchor.x,
            code[0] / coder_[0] * anchor.height + anchor.y,
            std::exp(code[3] / coder_[3]) * anchor.width,
            std::exp(code[2] / coder_[2]) * anchor.height};
  }

  void buildAnchors(const AppStep &step) {
    const auto &maps = step.option<std::vector<double>>("maps");
    const auto &range = step.option<std::vector<double>>("scales");
    const auto &ratios = step.option<std::vector<double>>("ratios");
    auto scaleOf = [&](size_t map) {
      if (map >= maps.size())
        return 1.0;
      double part =
          maps.size() == 1 ? 0.0 : static_cast<double>(map) / static_cast<double>(maps.size() - 1);
      return range[0] + (range[1] - range[0]) * part;
    };
    for (size_t map = 0; map < maps.size(); ++map) {
      std::vector<std::pair<double, double>> shapes; // aspect ratio, scale
      double scale = scaleOf(map);
      if (map == 0 && step.option<bool>("reduce_first")) {
        shapes = {{1.0, 0.1}, {2.0, scale}, {0.5, scale}};
      } else {
        for (double ratio : ratios)
          shapes.emplace_back(ratio, scale);
        shapes.emplace_back(1.0, std::sqrt(scale * scaleOf(map + 1)));
      }
      addMap(static_cast<int>(maps[map]), shapes);
    }
  }

  void addMap(int side, const std::vector<std::pair<double, double>> &shapes) {
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        for (auto [ratio, scale] : shapes)
          anchors_.push_back({(x + 0.5) / side, (y + 0.5) / side, scale * std::sqrt(ratio),
                              scale / std::sqrt(ratio)});
  }

  double threshold_;
  std::vector<double> coder_;
  bool background_;
  size_t stride_ = 0, classes_ = 0;
  std::vector<CentredBox> anchors_;
};

StepKind describe() {
  using Numbers = std::vector<double>;
  StepKind kind;
  kind.name = "decode_ssd";
  kind.summary = "boxes and classes from the outputs of an SSD network";
  kind.inputs = {{"boxes", ValueType::kTensor, false},
                 {"scores", ValueType::kTensor, /*optional=*/false, /*hasClasses=*/true}};
  kind.outputs = {{"", ValueType::kDetections, false}};
  kind.options = {thresholdOption(),
                  mapsOption({19, 10, 5, 3, 2, 1}),
                  numbersOption("scales", Numbers{0.2, 0.95}, 1e-3, 10, 2, 2),
                  numbersOption("ratios", Numbers{1, 2, 0.5, 3, 0.3333}, 1e-3, 1000, 1, 16),
                  boolOption("reduce_first", true),
                  numbersOption("coder", Numbers{10, 10, 5, 5}, 1e-3, 1000, 4, 4),
                  boolOption("background", true)};
  return kind;
}

} // namespace

void registerDecodeSsd(StepTable &table);
void registerDecodeSsd(StepTable &table) {
  table.add(describe(), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<DecodeSsd>(step));
  });
}

} // namespace tandem
