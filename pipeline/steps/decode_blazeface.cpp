#include "pipeline/steps/common/decode.h"
#include "pipeline/steps/common/options.h"

namespace tandem {
namespace {

struct Anchor {
  double x, y; ///< centre, as a part of the input's sides
};

/// Boxes of BlazeFace and its relatives: each anchor is only a centre, and a box is an offset from
/// it and a size, in pixels of the model's input. Source: MediaPipe's face_detection_short_range;
/// its anchors have a fixed size of 1.
class DecodeBlazeface final : public Step {
public:
  explicit DecodeBlazeface(const AppStep &step)
      : size_(step.option<double>("size")), threshold_(step.option<double>("threshold")) {
    const auto &maps = step.option<std::vector<double>>("maps");
    const auto &counts = step.option<std::vector<double>>("anchors");
    for (size_t i = 0; i < maps.size(); ++i)
      addMap(static_cast<int>(maps[i]), static_cast<size_t>(counts[i]));
  }

  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const> inputs) override {
    TANDEM_RETURN_IF_ERROR(requireBoxes(*inputs[0], anchors_.size(), 4));
    TANDEM_RETURN_IF_ERROR(requireScores(*inputs[1], anchors_.size()));
    if (inputs[1]->shape.back() != 1)
      return Error(Code::kInvalidArgument, "", "input 'scores' is ", specText(*inputs[1]),
                   ", expected one score an anchor");
    stride_ = static_cast<size_t>(inputs[0]->shape.back());
    return std::vector<TensorSpec>(1);
  }

  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Tensor &boxes = inputs.tensor(0), &scores = inputs.tensor(1);
    Detections &found = reuse<Detections>(outputs[0]);
    found.items.clear();
    found.labels = nullptr;
    for (size_t i = 0; i < anchors_.size(); ++i) {
      double score = sigmoid(scores.floats()[i]);
      if (!(score >= threshold_))
        continue;
      const float *box = boxes.floats() + i * stride_; // dx, dy, width, height, then keypoints
      addBox(found, boxes.region,
             {anchors_[i].x + box[0] / size_, anchors_[i].y + box[1] / size_, box[2] / size_,
              box[3] / size_},
             score, /*label=*/-1);
    }
    return {};
  }

private:
  void addMap(int side, size_t count) {
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        anchors_.insert(anchors_.end(), count, Anchor{(x + 0.5) / side, (y + 0.5) / side});
  }

  double size_, threshold_;
  size_t stride_ = 0;
  std::vector<Anchor> anchors_;
};

StepKind describe() {
  StepKind kind;
  kind.name = "decode_blazeface";
  kind.summary = "boxes from the outputs of a BlazeFace network";
  kind.inputs = {{"boxes", ValueType::kTensor, false}, {"scores", ValueType::kTensor, false}};
  kind.outputs = {{"", ValueType::kDetections, false}};
  kind.options = {thresholdOption(), mapsOption({16, 8}),
                  integersOption("anchors", std::vector<double>{2, 6}, 1, 64, 1, 16),
                  numberOption("size", 128, 1, 4096)};
  return kind;
}

} // namespace

void registerDecodeBlazeface(StepTable &table);
void registerDecodeBlazeface(StepTable &table) {
  table.add(describe(), [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    size_t maps = step.option<std::vector<double>>("maps").size();
    size_t counts = step.option<std::vector<double>>("anchors").size();
    if (maps != counts)
      return Error(Code::kInvalidArgument, "", "'anchors' has ", counts, " entries and 'maps' has ",
                   maps, ", expected as many");
    return std::unique_ptr<Step>(std::make_unique<DecodeBlazeface>(step));
  });
}

} // namespace tandem
