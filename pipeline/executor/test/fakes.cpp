#include "pipeline/executor/test/fakes.h"

#include <cstdlib>
#include <iostream>
#include <sstream>

namespace tandem::test {
namespace {

/// One detection in each half of the picture.
class Find final : public Step {
public:
  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    const Image &image = inputs.image(0);
    double half = image.width / 2.0, height = image.height;
    Detections &found = reuse<Detections>(outputs[0]);
    found.items.clear();
    if (image.rgb[0] != 1) // a picture that starts with 1 has no faces
      found.items = {{{0, 0, half - 1, height - 1}, 0.9, -1},
                     {{half, 0, 2 * half - 1, height - 1}, 0.8, -1}};
    return {};
  }
};

class Seed final : public Step {
public:
  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    reuse<double>(outputs[0]) = inputs.image(0).rgb[0];
    return {};
  }
};

/// Different for every order of its inputs, so that a wrong one shows.
class Chain final : public Step {
public:
  explicit Chain(const AppStep &step) : two_(step.inputs[1].has_value()) {}
  Status run(const StepInputs &inputs, std::span<Value> outputs) override {
    double other = two_ ? inputs.number(1) : 0;
    reuse<double>(outputs[0]) = inputs.number(0) * 3 + other * 7 + 1;
    return {};
  }

private:
  bool two_;
};

template <typename T> StepTable::Create maker() {
  return [](const AppStep &step) -> Result<std::unique_ptr<Step>> {
    if constexpr (std::is_constructible_v<T, const AppStep &>)
      return std::unique_ptr<Step>(std::make_unique<T>(step));
    else
      return std::unique_ptr<Step>(std::make_unique<T>());
  };
}

StepKind kindOf(std::string name, std::vector<Port> inputs, ValueType output) {
  StepKind kind;
  kind.name = std::move(name);
  kind.inputs = std::move(inputs);
  kind.outputs = {{"", output, false}};
  return kind;
}

struct ValueText {
  std::ostringstream &text;
  void operator()(const std::string &word) { text << word; }
  void operator()(double number) { text << number; }
  void operator()(const std::vector<double> &scores) {
    for (double score : scores)
      text << score << ' ';
  }
  void operator()(const TensorResult &tensor) { text << shapeText(tensor.shape); }
  void operator()(const ResultValue &value) { std::visit(*this, value); }
  void operator()(const std::vector<FoundItem> &items) {
    for (const FoundItem &item : items) {
      text << " [" << item.box.x0 << ' ' << item.box.y0 << ' ' << item.box.x1 << ' ' << item.box.y1
           << ' ' << item.score;
      for (const auto &[name, value] : item.fields) {
        text << ' ' << name << '=';
        (*this)(value);
      }
      text << ']';
    }
  }
};

} // namespace

FakeModel::FakeModel(Shape in, Shape out, Compute compute) : compute_(std::move(compute)) {
  inputFloats_.resize(static_cast<size_t>(*elementCount(in)));
  outputFloats_.resize(static_cast<size_t>(*elementCount(out)));
  auto view = [](std::string_view name, Shape shape, std::vector<float> &floats) {
    return TensorView{name,
                      ElementType::kF32,
                      std::move(shape),
                      {},
                      reinterpret_cast<std::byte *>(floats.data()),
                      floats.size() * sizeof(float)};
  };
  input_ = view("in", std::move(in), inputFloats_);
  output_ = view("out", std::move(out), outputFloats_);
}

void FakeModel::setRegions(
    const std::vector<std::pair<std::string_view, std::string_view>> &regions, OnRegion onRegion) {
  onRegion_ = std::move(onRegion);
  for (const auto &[backend, fallback] : regions) {
    RegionProfile &profile = regions_.emplace_back();
    profile.name = "region";
    profile.backend = backend;
    profile.fallback = fallback;
  }
}

Status FakeModel::runRegion(size_t region, RegionWay way) {
  if (onRegion_)
    TANDEM_RETURN_IF_ERROR(onRegion_(region, way));
  return region + 1 == regionCount() ? run() : Status();
}

Result<std::unique_ptr<ModelRunner>> FakeModel::another() const {
  auto copy = std::make_unique<FakeModel>(input_.shape, output_.shape, compute_);
  copy->regions_ = regions_;
  copy->onRegion_ = onRegion_;
  return std::unique_ptr<ModelRunner>(std::move(copy));
}

const std::string_view kFaces = R"(tandem: 1
models:
  live: live.pt2
  mood: {file: mood.h5, labels: [calm, angry]}
steps:
  faces: {uses: find, inputs: frame}
  part: {for_each: faces, uses: preprocess, inputs: {image: frame, box: faces}, size: [1, 1], channels: grey}
  live_net: {for_each: faces, model: live, inputs: part}
  live: {for_each: faces, uses: select, inputs: live_net}
  mood_net: {for_each: faces, when: live >= 0.5, model: mood, inputs: part}
  mood: {for_each: faces, uses: classify, inputs: mood_net}
results:
  faces: {from: faces, with: {live: live, mood: mood.label, moods: mood.scores}}
)";

StepTable tableOfFakes() {
  StepTable table;
  registerAllSteps(table);
  table.add(kindOf("find", {{"image", ValueType::kImage, false}}, ValueType::kDetections),
            maker<Find>());
  table.add(kindOf("seed", {{"image", ValueType::kImage, false}}, ValueType::kNumber),
            maker<Seed>());
  table.add(kindOf("chain",
                   {{"first", ValueType::kNumber, false}, {"second", ValueType::kNumber, true}},
                   ValueType::kNumber),
            maker<Chain>());
  return table;
}

std::unique_ptr<FakeModel> liveModel() {
  return std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1},
                                     [](const float *in, float *out) {
                                       out[0] = in[0] == 200 ? 0.75f : 0.25f;
                                       return Status();
                                     });
}

std::unique_ptr<FakeModel> moodModel() {
  return std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 2},
                                     [](const float *in, float *out) {
                                       out[0] = 1 - in[0] / 255;
                                       out[1] = in[0] / 255;
                                       return Status();
                                     });
}

ExecutorParts partsOf(std::string_view yaml, const StepTable &table,
                      std::vector<std::unique_ptr<ModelRunner>> runners) {
  Result<Application> app = parseApplication(yaml, "app.yaml", table.kinds());
  if (!app.ok()) {
    std::cerr << app.error().text() << std::endl;
    std::abort();
  }
  ExecutorParts parts{std::move(*app), std::move(runners), {}};
  for (const AppModel &model : parts.app.models)
    parts.labels.push_back(*loadLabels(model));
  return parts;
}

ExecutorParts facesParts(const StepTable &table, std::unique_ptr<FakeModel> live,
                         std::unique_ptr<FakeModel> mood) {
  std::vector<std::unique_ptr<ModelRunner>> runners;
  runners.push_back(std::move(live));
  runners.push_back(std::move(mood));
  return partsOf(kFaces, table, std::move(runners));
}

Image halves(uint8_t left, uint8_t right) {
  Image image{8, 4, {}};
  for (int i = 0; i < 32; ++i)
    image.rgb.insert(image.rgb.end(), 3, i % 8 < 4 ? left : right);
  return image;
}

std::string textOf(const Result<FrameResult> &result) {
  if (!result.ok())
    return result.error().text();
  std::ostringstream text;
  text << result->frame << ' ' << frameEndName(result->end);
  for (const NamedResult &named : result->results) {
    text << ' ' << named.name << ':';
    if (named.value)
      std::visit(ValueText{text}, *named.value);
  }
  for (const StageTiming &timing : result->timings)
    text << ' ' << timing.stage << '*' << timing.calls;
  return text.str();
}

} // namespace tandem::test
