#include "pipeline/app/missing_labels.h"
#include "pipeline/app/test/kinds.h"

#include <gmock/gmock.h>

namespace tandem {
namespace {

/// The models whose labels are missing, each with the step that tells of its classes.
std::vector<std::string> missingIn(const std::string &models, const std::string &results) {
  Result<Application> app = parseApplication("tandem: 1\nmodels:\n" + models + R"(steps:
  input: {uses: crop, inputs: frame, size: [8, 8]}
  net: {model: net, inputs: input, outputs: {scores: a, boxes: b}}
  what: {uses: classify, inputs: net.scores}
  boxes: {uses: detect, inputs: net.boxes}
  part: {for_each: boxes, uses: crop, inputs: {image: frame, box: boxes}, size: [8, 8]}
  look: {for_each: boxes, model: inner, inputs: part}
  kind: {for_each: boxes, uses: classify, inputs: look}
)" + results,
                                             "app.yaml", exampleKinds());
  EXPECT_TRUE(app.ok()) << app.error().text();
  std::vector<std::string> found;
  if (app.ok())
    for (const MissingLabels &one : missingLabels(*app, exampleKinds()))
      found.push_back(app->models[one.model].name + " " + app->steps[one.step].name);
  return found;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char *kNoLabels = "  net: {file: net.tflite}\n  inner: {file: inner.tflite}\n";

TEST(MissingLabels, AreThoseOfModelsWhoseClassesAreTold) {
  EXPECT_THAT(missingIn(kNoLabels, "results: {what: what.label}\n"), ElementsAre("net what"));
  EXPECT_THAT(missingIn(kNoLabels, "results: {a: what.label, b: what.label}\n"),
              ElementsAre("net what"))
      << "once";
  EXPECT_THAT(missingIn(kNoLabels, "results: {all: {from: boxes, with: {kind: kind.label}}}\n"),
              ElementsAre("inner kind"))
      << "boxes of 'detect' have no classes";
}

TEST(MissingLabels, AreNoneWhereNoClassIsTold) {
  EXPECT_THAT(missingIn(kNoLabels, "results: {score: what.score, scores: what.scores}\n"),
              IsEmpty());
  EXPECT_THAT(
      missingIn("  net: {file: net.tflite, labels: [a, b]}\n"
                "  inner: {file: inner.tflite, labels: classes.txt}\n",
                "results: {what: what.label, all: {from: boxes, with: {kind: kind.label}}}\n"),
      IsEmpty());
}

} // namespace
} // namespace tandem
