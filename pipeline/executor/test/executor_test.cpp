#include "pipeline/executor/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

using namespace tandem;
using testing::ElementsAre;

namespace {

/// A model that is a function: floats in, floats out.
class FakeModel final : public ModelRunner {
public:
  using Compute = std::function<Status(const float *in, float *out)>;

  FakeModel(Shape in, Shape out, Compute compute) : compute_(std::move(compute)) {
    inputBytes_.resize(static_cast<size_t>(*elementCount(in)));
    outputBytes_.resize(static_cast<size_t>(*elementCount(out)));
    input_ = {"in",
              ElementType::kF32,
              std::move(in),
              {},
              reinterpret_cast<std::byte *>(inputBytes_.data()),
              inputBytes_.size() * 4};
    output_ = {"out",
               ElementType::kF32,
               std::move(out),
               {},
               reinterpret_cast<std::byte *>(outputBytes_.data()),
               outputBytes_.size() * 4};
  }

  std::span<const TensorView> inputs() const override { return {&input_, 1}; }
  std::span<const TensorView> outputs() const override { return {&output_, 1}; }
  Status run() override { return compute_(inputBytes_.data(), outputBytes_.data()); }
  std::string format() const override { return "fake"; }
  std::string devices() const override { return "none"; }

  TensorView &output() { return output_; }

private:
  Compute compute_;
  std::vector<float> inputBytes_, outputBytes_;
  TensorView input_, output_;
};

/// A detector whose one output a decoder takes for boxes and for scores.
constexpr std::string_view kApp = R"(tandem: 1
models:
  detector: detector.tflite
  live: live.pt2
  mood: {file: mood.h5, labels: [calm, angry]}
steps:
  input: {uses: preprocess, inputs: frame, size: [2, 2], channels: grey}
  net: {model: detector, inputs: input}
  boxes: {uses: decode_blazeface, inputs: {boxes: net, scores: net}, maps: [1], anchors: [2], size: 1}
results: {}
)";

/// Faces without a detector: `find` makes them out of nothing.
constexpr std::string_view kFaces = R"(tandem: 1
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

/// One detection in each half of the picture.
class Find final : public Step {
public:
  Result<std::vector<TensorSpec>> bind(std::span<const TensorSpec *const>) override {
    return std::vector<TensorSpec>(1);
  }
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

StepTable tableWithFind() {
  StepTable table;
  registerAllSteps(table);
  StepKind kind;
  kind.name = "find";
  kind.inputs = {{"image", ValueType::kImage, false}};
  kind.outputs = {{"", ValueType::kDetections, false}};
  table.add(std::move(kind), [](const AppStep &) -> Result<std::unique_ptr<Step>> {
    return std::unique_ptr<Step>(std::make_unique<Find>());
  });
  return table;
}

/// Grey 200 is alive, the rest is not; the mood is [1 - x, x] of the grey over 255.
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

Result<std::unique_ptr<Executor>> makeExecutor(std::string_view yaml, const StepTable &table,
                                               std::vector<std::unique_ptr<ModelRunner>> runners) {
  TANDEM_ASSIGN_OR_RETURN(Application app, parseApplication(yaml, "app.yaml", table.kinds()));
  ExecutorParts parts{std::move(app), std::move(runners), {}};
  for (const AppModel &model : parts.app.models) {
    TANDEM_ASSIGN_OR_RETURN(Labels labels, loadLabels(model));
    parts.labels.push_back(std::move(labels));
  }
  return makeSequentialExecutor(std::move(parts), table);
}

Result<std::unique_ptr<Executor>> makeFaces(std::unique_ptr<FakeModel> live,
                                            std::unique_ptr<FakeModel> mood) {
  StepTable table = tableWithFind();
  std::vector<std::unique_ptr<ModelRunner>> runners;
  runners.push_back(std::move(live));
  runners.push_back(std::move(mood));
  return makeExecutor(kFaces, table, std::move(runners));
}

/// Left half `left`, right half `right`.
Image halves(uint8_t left, uint8_t right) {
  Image image{8, 4, {}};
  for (int i = 0; i < 32; ++i)
    image.rgb.insert(image.rgb.end(), 3, i % 8 < 4 ? left : right);
  return image;
}

std::vector<FoundItem> facesOf(const FrameResult &result) {
  return std::get<std::vector<FoundItem>>(*result.results.at(0).value);
}

TEST(Executor, RunsAModelForEachDetectionAndOnlyWhenTheDataSaysSo) {
  auto executor = makeFaces(liveModel(), moodModel());
  ASSERT_TRUE(executor.ok()) << executor.error().text();
  Image image = halves(51, 200);
  ASSERT_TRUE((*executor)->submit(image).ok());
  Result<FrameResult> result = (*executor)->next();
  ASSERT_TRUE(result.ok()) << result.error().text();
  std::vector<FoundItem> faces = facesOf(*result);
  ASSERT_EQ(faces.size(), 2u);
  ASSERT_EQ(faces[0].fields.size(), 1u) << "the left one is not alive, so it has no mood";
  EXPECT_EQ(std::get<double>(faces[0].fields[0].second), 0.25);
  ASSERT_EQ(faces[1].fields.size(), 3u);
  EXPECT_EQ(std::get<double>(faces[1].fields[0].second), 0.75);
  EXPECT_EQ(faces[1].fields[1].first, "mood");
  EXPECT_EQ(std::get<std::string>(faces[1].fields[1].second), "angry");
  EXPECT_NEAR(std::get<std::vector<double>>(faces[1].fields[2].second)[1], 200.0 / 255, 1e-6);
}

TEST(Executor, CountsCallsAndNamesModelsInTimings) {
  auto executor = makeFaces(liveModel(), moodModel());
  ASSERT_TRUE(executor.ok());
  Image image = halves(51, 200);
  ASSERT_TRUE((*executor)->submit(image).ok());
  Result<FrameResult> result = (*executor)->next();
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->timings.size(), 6u);
  const StageTiming &live = result->timings[2];
  EXPECT_EQ(live.stage, "live_net");
  EXPECT_EQ(live.model, "live");
  EXPECT_EQ(live.format, "fake");
  EXPECT_EQ(live.device, "none");
  EXPECT_EQ(live.calls, 2);
  EXPECT_EQ(result->timings[4].calls, 1) << "mood_net, for the living one only";
  EXPECT_EQ(result->timings[5].calls, 1) << "mood, because its input is there only once";
}

TEST(Executor, ForgetsOneFrameBeforeTheNext) {
  auto executor = makeFaces(liveModel(), moodModel());
  ASSERT_TRUE(executor.ok());
  Image both = halves(200, 200), none = halves(1, 1), right = halves(51, 200);
  for (const Image *image : {&both, &none, &right})
    ASSERT_TRUE((*executor)->submit(*image).ok());
  Result<FrameResult> first = (*executor)->next(), second = (*executor)->next(),
                      third = (*executor)->next();
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_EQ(facesOf(*first)[0].fields.size(), 3u);
  EXPECT_TRUE(facesOf(*second).empty());
  EXPECT_EQ(facesOf(*third)[0].fields.size(), 1u);
  EXPECT_EQ(third->frame, 3);
}

TEST(Executor, NamesStepAndFrameOfAnErrorAndGoesOn) {
  auto failing = std::make_unique<FakeModel>(
      Shape{1, 1, 1, 1}, Shape{1, 1}, [](const float *in, float *out) -> Status {
        out[0] = 0;
        if (in[0] == 99)
          return Error(Code::kUnavailable, "live.tandem", "region 'r0': device lost");
        return {};
      });
  auto executor = makeFaces(std::move(failing), moodModel());
  ASSERT_TRUE(executor.ok());
  Image bad = halves(10, 99), good = halves(10, 20);
  ASSERT_TRUE((*executor)->submit(good).ok());
  ASSERT_TRUE((*executor)->submit(bad).ok());
  ASSERT_TRUE((*executor)->submit(good).ok());
  EXPECT_TRUE((*executor)->next().ok());
  Result<FrameResult> result = (*executor)->next();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().text(), "app.yaml:8: error: step 'live_net', frame 2: live.tandem: "
                                   "region 'r0': device lost");
  EXPECT_EQ(result.error().code, Code::kUnavailable);
  EXPECT_TRUE((*executor)->next().ok());
}

TEST(Executor, RefusesAPictureThatIsEmptyAndAResultOfNothing) {
  auto executor = makeFaces(liveModel(), moodModel());
  ASSERT_TRUE(executor.ok());
  Status status = (*executor)->submit(Image{}).status();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "a picture of 0 x 0 with 0 bytes, expected 3 a pixel");
  EXPECT_EQ((*executor)->next().error().message, "no frame is in flight");
}

TEST(Executor, RefusesAShapeThatTheModelDoesNotTakeWhenItIsMade) {
  auto wide = std::make_unique<FakeModel>(Shape{1, 3, 1, 1}, Shape{1, 1},
                                          [](const float *, float *) { return Status(); });
  auto executor = makeFaces(std::move(wide), moodModel());
  ASSERT_FALSE(executor.ok());
  EXPECT_EQ(executor.error().text(),
            "app.yaml:8: error: step 'live_net': 'part' makes f32 1x1x1x1, input 'in' of model "
            "'live' takes f32 1x3x1x1");
}

TEST(Executor, RefusesAStepThatCannotReadAModelsOutput) {
  StepTable table = tableWithFind();
  std::vector<std::unique_ptr<ModelRunner>> runners;
  runners.push_back(std::make_unique<FakeModel>(Shape{1, 2, 2, 1}, Shape{1, 2, 16},
                                                [](const float *, float *) { return Status(); }));
  runners.push_back(liveModel());
  runners.push_back(moodModel());
  auto executor = makeExecutor(kApp, table, std::move(runners));
  ASSERT_FALSE(executor.ok());
  EXPECT_EQ(executor.error().text(), "app.yaml:9: error: step 'boxes': input 'scores' is f32 "
                                     "1x2x16, expected one score an anchor");
}

TEST(Executor, RefusesNamesThatTheModelDoesNotHave) {
  StepTable table = tableWithFind();
  auto refusal = [&](const std::string &inputs, const std::string &outputs) {
    std::vector<std::unique_ptr<ModelRunner>> runners;
    runners.push_back(liveModel());
    auto executor = makeExecutor("tandem: 1\nmodels: {live: live.pt2}\nsteps:\n"
                                 "  part: {uses: preprocess, inputs: frame, size: [1, 1], "
                                 "channels: grey}\n  net: {model: live, "
                                 "inputs: " +
                                     inputs + ", outputs: " + outputs + "}\nresults: {}\n",
                                 table, std::move(runners));
    return executor.ok() ? "taken" : executor.error().text();
  };
  EXPECT_EQ(refusal("{inn: part}", "out"),
            "app.yaml:5: error: step 'net': model 'live' has no input 'inn', it has 'in'");
  EXPECT_EQ(refusal("part", "{a: box}"),
            "app.yaml:5: error: step 'net': model 'live' has no output 'box', it has 'out'");
  EXPECT_EQ(refusal("{}", "out"),
            "app.yaml:5: error: step 'net': gives 0 inputs, model 'live' takes 1: 'in'");
  EXPECT_EQ(refusal("{in: part}", "out"), "taken");
}

TEST(Executor, ReadsQuantizedOutputsAsReals) {
  auto live = liveModel();
  static int8_t code; // what the model would have computed
  code = 20;
  live->output().type = ElementType::kI8;
  live->output().quantization = {{0.0625f}, {4}, 0};
  live->output().data = reinterpret_cast<std::byte *>(&code);
  live->output().bytes = 1;
  auto executor = makeFaces(std::move(live), moodModel());
  ASSERT_TRUE(executor.ok()) << executor.error().text();
  Image image = halves(10, 20);
  ASSERT_TRUE((*executor)->submit(image).ok());
  Result<FrameResult> result = (*executor)->next();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(std::get<double>(facesOf(*result)[0].fields[0].second), 1.0);
}

TEST(Labels, ComeFromAFileOneALine) {
  std::string path = testing::TempDir() + "labels.txt";
  std::ofstream(path, std::ios::binary) << "???\r\ncat\nnew line";
  AppModel model;
  model.labelsFile = path;
  Result<Labels> labels = loadLabels(model);
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(**labels, ElementsAre("???", "cat", "new line"));
  std::ofstream(path, std::ios::binary) << std::string("a\0b", 3);
  Result<Labels> refused = loadLabels(model);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "is not a list of labels, expected text of at most 1048576 "
                                     "bytes, one label a line");
  std::filesystem::remove(path);
  EXPECT_EQ(loadLabels(model).error().code, Code::kNotFound);
}

} // namespace
