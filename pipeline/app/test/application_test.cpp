#include "pipeline/app/application.h"
#include "pipeline/app/test/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tandem;
using testing::ElementsAre;

namespace {

Result<Application> parse(std::string_view yaml) {
  return parseApplication(yaml, "apps/faces.yaml", exampleKinds());
}

/// The line that a user sees.
std::string refusalOf(std::string_view yaml) {
  Result<Application> app = parse(yaml);
  return app.ok() ? "taken" : app.error().text();
}

/// A good application, to be spoiled by a replacement.
constexpr std::string_view kFaces = R"(tandem: 1
models:
  detector: {file: models/faces.tflite}
  emotion:
    file: /models/emotion.hdf5
    labels: [angry, happy]
steps:
  input:
    uses: crop
    inputs: frame
    size: [128, 96]
  net:
    model: detector
    inputs: input
    outputs: {boxes: regressors, scores: classificators}
  faces:
    uses: detect
    inputs: net.boxes
  part:
    for_each: faces
    uses: crop
    inputs: {image: frame, box: faces}
    size: [64, 64]
  look:
    for_each: faces
    model: emotion
    inputs: part
  emotion:
    for_each: faces
    uses: classify
    inputs: look
results:
  faces:
    from: faces
    with: {emotion: emotion.label, emotions: emotion.scores}
)";

std::string spoiled(std::string_view from, std::string_view to) {
  std::string text(kFaces);
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Application, KnowsModelsStepsAndResults) {
  Result<Application> app = parse(kFaces);
  ASSERT_TRUE(app.ok()) << app.error().text();
  EXPECT_EQ(app->name, "faces");
  ASSERT_EQ(app->models.size(), 2u);
  EXPECT_EQ(app->models[0].file, "apps/models/faces.tflite");
  EXPECT_EQ(app->models[1].file, "/models/emotion.hdf5");
  EXPECT_THAT(app->models[1].labels, ElementsAre("angry", "happy"));
  ASSERT_EQ(app->steps.size(), 6u);
  const AppStep &input = app->steps[0];
  EXPECT_EQ(input.option<std::vector<double>>("size"), (std::vector<double>{128, 96}));
  EXPECT_EQ(input.option<std::string>("channels"), "rgb") << "not given, so the kind's own";
  EXPECT_EQ(input.inputs[0]->step, AppReference::kFrame);
  EXPECT_FALSE(input.inputs[1].has_value()) << "box is optional";
  const AppStep &net = app->steps[1];
  EXPECT_EQ(net.model, 0);
  EXPECT_THAT(net.modelOutputs, ElementsAre("regressors", "classificators"));
  const AppStep &faces = app->steps[2];
  EXPECT_EQ(faces.inputs[0]->step, 1);
  EXPECT_EQ(faces.inputs[0]->output, 0);
  EXPECT_EQ(app->steps[3].forEach->step, 2);
  ASSERT_EQ(app->results.size(), 1u);
  EXPECT_EQ(app->results[0].fields[1].first, "emotions");
  EXPECT_EQ(app->results[0].fields[1].second.output, 1);
}

TEST(Application, PutsStepsInAnOrderInWhichTheyCanRun) {
  Result<Application> app = parse(R"(tandem: 1
models: {net: a.tflite}
steps:
  boxes: {uses: detect, inputs: run}
  run: {model: net, inputs: input}
  input: {uses: crop, inputs: frame, size: [8, 8]}
results: {boxes: boxes}
)");
  ASSERT_TRUE(app.ok()) << app.error().text();
  EXPECT_EQ(app->steps[0].name, "input");
  EXPECT_EQ(app->steps[1].name, "run");
  EXPECT_EQ(app->steps[2].name, "boxes");
  EXPECT_EQ(app->steps[2].inputs[0]->step, 1);
  EXPECT_EQ(app->results[0].value.step, 2);
}

TEST(Application, TakesAConditionOnANumber) {
  Result<Application> app =
      parse(spoiled("results:", "  more:\n    for_each: faces\n    when: emotion.score < 0.25\n"
                                "    uses: crop\n    inputs: frame\n    size: [1, 1]\nresults:"));
  ASSERT_TRUE(app.ok()) << app.error().text();
  const AppCondition &when = *app->steps[6].when;
  EXPECT_EQ(when.number.step, 5);
  EXPECT_EQ(when.number.output, 2);
  EXPECT_TRUE(when.holds(0.2));
  EXPECT_FALSE(when.holds(0.25));
}

TEST(Application, RefusesAnUnknownKeyWithItsLine) {
  EXPECT_EQ(refusalOf(spoiled("model: detector", "modle: detector")),
            "apps/faces.yaml:13: error: unknown key 'modle' in step 'net', expected one of model, "
            "uses, inputs, outputs, for_each or when");
  EXPECT_EQ(refusalOf(spoiled("size: [128, 96]", "size: [128, 96]\n    colour: rgb")),
            "apps/faces.yaml:12: error: unknown key 'colour' in step 'input', expected one of "
            "uses, inputs, for_each, when, size, channels or mirror");
  EXPECT_EQ(refusalOf(spoiled("models:", "model:")),
            "apps/faces.yaml:2: error: unknown key 'model' in the application, expected one of "
            "tandem, name, deadline, fetched_by, models, steps or results");
  EXPECT_EQ(refusalOf(spoiled("labels:", "label:")),
            "apps/faces.yaml:6: error: unknown key 'label' in model 'emotion', expected one of "
            "file, labels, backends, shapes or values");
}

TEST(Application, RefusesReferencesToNothing) {
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: nte.boxes")),
            "apps/faces.yaml:18: error: no step is named 'nte'");
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: net.box")),
            "apps/faces.yaml:18: error: step 'net' gives no 'box', only boxes or scores");
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: net")),
            "apps/faces.yaml:18: error: step 'net' gives boxes or scores; say which, as in "
            "'net.boxes'");
  EXPECT_EQ(refusalOf(spoiled("model: detector", "model: detect")),
            "apps/faces.yaml:13: error: step 'net' runs model 'detect', which 'models' does not "
            "have; it has detector or emotion");
  EXPECT_EQ(refusalOf(spoiled("uses: detect", "uses: find")),
            "apps/faces.yaml:17: error: step 'faces' uses 'find', expected one of crop, detect or "
            "classify");
}

TEST(Application, RefusesWrongTypesOfConnections) {
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: frame")),
            "apps/faces.yaml:18: error: input 'tensor' of step 'faces' is image 'frame', expected "
            "tensor");
  EXPECT_EQ(refusalOf(spoiled("inputs: part", "inputs: faces")),
            "apps/faces.yaml:27: error: step 'look' puts detections 'faces' into a model, expected "
            "a tensor");
  EXPECT_EQ(
      refusalOf(spoiled("for_each: faces\n    uses: crop", "for_each: input\n    uses: crop")),
      "apps/faces.yaml:20: error: 'for_each' of step 'part' is tensor 'input', expected "
      "detections");
  EXPECT_EQ(refusalOf(spoiled("from: faces", "from: frame")),
            "apps/faces.yaml:34: error: result 'faces' is image 'frame', expected detections, a "
            "label, scores, a number or a tensor");
  EXPECT_EQ(refusalOf(spoiled("from: faces", "from: input")),
            "apps/faces.yaml:33: error: result 'faces' is tensor, only detections can have 'with'");
  EXPECT_EQ(refusalOf(spoiled("uses: classify", "when: emotion.label > 1\n    uses: classify")),
            "apps/faces.yaml:30: error: 'when' of step 'emotion' looks at label 'emotion.label', "
            "expected a number");
}

TEST(Application, RefusesWrongOptions) {
  EXPECT_EQ(refusalOf(spoiled("size: [128, 96]", "size: [128]")),
            "apps/faces.yaml:11: error: 'size' of step 'input' has 1 entries, expected 2");
  EXPECT_EQ(refusalOf(spoiled("size: [128, 96]", "size: [128, 9.5]")),
            "apps/faces.yaml:11: error: 'size' of step 'input' is '9.5', expected a whole number");
  EXPECT_EQ(refusalOf(spoiled("size: [128, 96]", "size: [128, 0]")),
            "apps/faces.yaml:11: error: 'size' of step 'input' is 0, expected 1 to 4096");
  EXPECT_EQ(refusalOf(spoiled("size: [128, 96]", "size: 128")),
            "apps/faces.yaml:11: error: 'size' of step 'input' is '128', expected a list of "
            "numbers");
  EXPECT_EQ(refusalOf(spoiled("    size: [128, 96]\n", "")),
            "apps/faces.yaml:9: error: step 'input' has no 'size', which crop needs");
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: net.boxes\n    threshold: high")),
            "apps/faces.yaml:19: error: 'threshold' of step 'faces' is 'high', expected a number");
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: net.boxes\n    threshold: '0.5'")),
            "apps/faces.yaml:19: error: 'threshold' of step 'faces' is '0.5', expected a number");
  EXPECT_EQ(refusalOf(spoiled("inputs: net.boxes", "inputs: net.boxes\n    most: 1001")),
            "apps/faces.yaml:19: error: 'most' of step 'faces' is 1001, expected 1 to 1000");
  EXPECT_EQ(refusalOf(spoiled("size: [64, 64]", "size: [64, 64]\n    channels: cmyk")),
            "apps/faces.yaml:24: error: 'channels' of step 'part' is 'cmyk', expected rgb, bgr or "
            "grey");
  EXPECT_EQ(refusalOf(spoiled("size: [64, 64]", "size: [64, 64]\n    mirror: yes")),
            "apps/faces.yaml:24: error: 'mirror' of step 'part' is 'yes', expected true or false");
}

TEST(Application, RefusesCyclesAndNamesThem) {
  EXPECT_EQ(refusalOf("tandem: 1\nmodels: {net: a.tflite}\nsteps:\n"
                      "  start: {uses: crop, inputs: frame, size: [1, 1]}\n"
                      "  a: {model: net, inputs: c}\n"
                      "  b: {model: net, inputs: a}\n"
                      "  c: {model: net, inputs: b}\nresults: {}\n"),
            "apps/faces.yaml:5: error: a cycle of steps: 'a' needs 'c' needs 'b' needs 'a'");
  EXPECT_EQ(refusalOf("tandem: 1\nmodels: {net: a.tflite}\nsteps:\n  a: {model: net, inputs: a}\n"
                      "results: {}\n"),
            "apps/faces.yaml:4: error: a cycle of steps: 'a' needs 'a'");
}

TEST(Application, RefusesTheSameNameTwice) {
  EXPECT_EQ(refusalOf(spoiled("  look:", "  part:")),
            "apps/faces.yaml:24: error: key 'part' stands here twice");
  EXPECT_EQ(
      refusalOf(spoiled("  input:\n", "  frame:\n")),
      "apps/faces.yaml:8: error: 'frame' cannot name a step, it is the picture that comes in");
}

TEST(Application, RefusesToUseOutsideOfALoopWhatIsMadeInside) {
  EXPECT_EQ(refusalOf(spoiled("    for_each: faces\n    model", "    model")),
            "apps/faces.yaml:26: error: 'part' is made for each of 'faces', so step 'look' needs "
            "'for_each: faces' to use it");
  EXPECT_EQ(refusalOf(spoiled("    from: faces\n    with: {emotion: emotion.label, emotions: "
                              "emotion.scores}\n",
                              "    from: emotion.label\n")),
            "apps/faces.yaml:34: error: result 'faces' is made for each of 'faces', it belongs "
            "under 'with' of the result of those");
}

TEST(Application, RefusesAResultWithANameThatEveryReportHas) {
  for (std::string_view key : kReportKeys)
    EXPECT_EQ(refusalOf(spoiled("results:\n  faces:", "results:\n  " + std::string(key) + ":")),
              "apps/faces.yaml:33: error: result '" + std::string(key) +
                  "' has the name of what a report says of every picture, expected none of image, "
                  "path, frame, width, height, ended, saved, timings or profile");
}

TEST(Application, RefusesLoopsInLoops) {
  EXPECT_EQ(refusalOf(spoiled("results:", "  inner: {for_each: faces, uses: detect, inputs: part}\n"
                                          "  deep: {for_each: inner, uses: crop, inputs: frame, "
                                          "size: [1, 1]}\nresults:")),
            "apps/faces.yaml:33: error: step 'deep' goes over 'inner', which is itself inside a "
            "for_each; one level is all");
}

TEST(Application, RefusesOtherVersionsAndWhatIsMissing) {
  EXPECT_EQ(refusalOf(spoiled("tandem: 1", "tandem: 2")),
            "apps/faces.yaml:1: error: version 2 of the application format, this build reads 1");
  EXPECT_EQ(refusalOf("steps: {}\nresults: {}\n"),
            "apps/faces.yaml:1: error: the application has no 'tandem', expected 'tandem: 1', the "
            "version of the format");
  EXPECT_EQ(refusalOf("tandem: 1\nsteps: {}\n"),
            "apps/faces.yaml:1: error: the application has no 'results', expected a map of "
            "results");
  EXPECT_EQ(refusalOf("tandem: 1\nsteps: []\nresults: {}\n"),
            "apps/faces.yaml:2: error: 'steps' is a list, expected a map");
  EXPECT_EQ(refusalOf("just words\n"),
            "apps/faces.yaml:1: error: the application is 'just words', expected a map");
}

TEST(Application, NamesAFileThatIsNotThere) {
  Result<Application> app = loadApplication("no/such.yaml", exampleKinds());
  ASSERT_FALSE(app.ok());
  EXPECT_EQ(app.error().code, Code::kNotFound);
  EXPECT_THAT(app.error().text(), testing::HasSubstr("no/such.yaml"));
}

} // namespace
