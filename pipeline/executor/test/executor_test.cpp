#include "pipeline/executor/executor.h"
#include "pipeline/executor/test/fakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;

namespace {

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

Result<std::unique_ptr<Executor>> makeExecutor(std::string_view yaml, const StepTable &table,
                                               std::vector<std::unique_ptr<ModelRunner>> runners) {
  return makeSequentialExecutor(partsOf(yaml, table, std::move(runners)), table);
}

Result<std::unique_ptr<Executor>> makeFaces(std::unique_ptr<FakeModel> live,
                                            std::unique_ptr<FakeModel> mood) {
  StepTable table = tableOfFakes();
  return makeSequentialExecutor(facesParts(table, std::move(live), std::move(mood)), table);
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
  EXPECT_EQ(live.devices, std::vector<std::string>{"none"});
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
  StepTable table = tableOfFakes();
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
  StepTable table = tableOfFakes();
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
