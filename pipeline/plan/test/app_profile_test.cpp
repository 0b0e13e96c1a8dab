#include "pipeline/plan/app_profile.h"

#include <filesystem>
#include <gmock/gmock.h>

using namespace tandem;
using testing::ElementsAre;

namespace {

AppProfile sample() {
  AppProfile profile;
  profile.application = "faces";
  profile.machine = "a test";
  profile.frames = 2;
  profile.measuredAt = "2026-01-31T12:00:00Z";
  profile.tasks = {{"find", {{"cpu", 12.5}}, {{"cpu", 1.25}}},
                   {"net.v2/0", {{"cpu", 900}, {"npu", 300}}, {}, {{"npu", 40}}}};
  profile.detections = {{"faces.boxes", {2, 0}}};
  profile.holds = {{"mood_net", 0.5}};
  profile.overheads = {.dispatchUs = 0.5, .handOffUs = 4, .readUs = 2000};
  profile.modelled = {"npu"};
  return profile;
}

std::string refusal(std::string_view text) {
  Result<AppProfile> read = parseAppProfile("app.json", text);
  return read.ok() ? "taken" : read.error().text();
}

TEST(AppProfile, ComesBackAsItWasWritten) {
  std::string path = testing::TempDir() + "app_profile.json";
  ASSERT_TRUE(saveAppProfile(path, sample()).ok());
  Result<AppProfile> read = loadAppProfile(path);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(appProfileText(*read), appProfileText(sample()));
  EXPECT_EQ(read->measuredAt, "2026-01-31T12:00:00Z");
  EXPECT_EQ(read->task("net.v2/0")->us.at("npu"), 300);
  EXPECT_EQ(read->task("net.v2/0")->coreUs.at("npu"), 40);
  EXPECT_EQ(read->task("find")->together.at("cpu"), 1.25);
  EXPECT_THAT(read->detections.at("faces.boxes"), ElementsAre(2, 0));
  EXPECT_EQ(read->holds.at("mood_net"), 0.5);
  EXPECT_EQ(read->overheads.handOffUs, 4);
  EXPECT_THAT(read->modelled, ElementsAre("npu"));
  EXPECT_EQ(read->task("other"), nullptr);
  std::filesystem::remove(path);
  EXPECT_EQ(loadAppProfile(path).error().code, Code::kNotFound);
}

TEST(AppProfile, SaysWhereAFileIsWrong) {
  EXPECT_EQ(refusal("{"), "app.json: error: not a JSON file: wrong at line 1, column 2");
  EXPECT_EQ(refusal(R"({"version": 4, "application": "a"})"),
            "app.json: error: 'tasks' is missing");
  EXPECT_EQ(refusal(R"({"version": 1, "application": "a", "tasks": []})"),
            "app.json: error: version: is 1, expected 4, profile the application again");
  EXPECT_EQ(refusal(R"({"version": 4, "application": "a", "tasks": [], "speed": 1})"),
            "app.json: error: unknown key 'speed'");
  EXPECT_EQ(
      refusal(R"({"version": 4, "application": "a", "tasks": [{"name": "t", "us": {"cpu": -1}}]})"),
      "app.json: error: tasks[0].us['cpu']: expected a number that is not negative");
  EXPECT_EQ(refusal(R"({"version": 4, "application": "a", "tasks": [], "holds": {"net": 1.5}})"),
            "app.json: error: holds['net']: is out of range");
  EXPECT_EQ(
      refusal(R"({"version": 4, "application": "a", "tasks": [], "detections": {"faces": [0.5]}})"),
      "app.json: error: detections['faces'][0]: expected a whole number from 0 to 1000000");
}

} // namespace
