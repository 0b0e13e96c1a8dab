#include "tools/tandem/app_report.h"

#include "pipeline/app/application.h"
#include "tools/tandem/stand_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace tandem;

namespace {

PictureReport example() {
  PictureReport report;
  report.path = "photos/anna.jpg";
  report.width = 640;
  report.height = 480;
  FoundItem face{{10.126, 20, 110, 140.5}, 0.91754321, std::nullopt, {}};
  face.fields = {{"live", 0.98765432},
                 {"verdict", std::string("live")},
                 {"emotions", std::vector<double>{0.25, 0.75}}};
  FoundItem cup{{1, 2, 3, 4}, 0.5, "Coffee cup", {}};
  report.result.results = {{"faces", std::vector<FoundItem>{face}},
                           {"objects", std::vector<FoundItem>{cup}},
                           {"scene", ResultValue(std::string("kitchen"))},
                           {"left", std::nullopt}};
  report.result.timings = {{"input", "preprocess", "", "", {"cpu"}, 0.12345, 1},
                           {"net", "", "faces", "tflite", {"neuron", "cpu"}, 3, 2},
                           {"idle", "", "emotion", "keras", {"cpu"}, 0, 0}};
  return report;
}

TEST(AppReport, IsOneLineOfJson) {
  EXPECT_EQ(
      reportAsJson(example()),
      R"({"image":"anna.jpg","path":"photos/anna.jpg","width":640,"height":480,)"
      R"("faces":[{"score":0.917543,"box":[10.13,20.0,110.0,140.5],"live":0.987654,)"
      R"("verdict":"live","emotions":[0.25,0.75]}],)"
      R"("objects":[{"label":"Coffee cup","score":0.5,"box":[1.0,2.0,3.0,4.0]}],)"
      R"("scene":"kitchen","left":null,)"
      R"("timings":[{"stage":"input","uses":"preprocess","device":"cpu","calls":1,"ms":0.123},)"
      R"({"stage":"net","model":"faces","format":"tflite","device":"neuron, cpu",)" +
          std::string(isServedHere("neuron") ? R"("stand_in":true,)" : "") +
          R"("calls":2,"ms":3.0},)"
          R"({"stage":"idle","model":"emotion","format":"keras","device":"cpu","calls":0,"ms":0.0}]})");
}

TEST(AppReport, HasWhatBecameOfEveryModelWhenAsked) {
  PictureReport report;
  RegionProfile region;
  region.name = "neuron_0";
  region.backend = "neuron";
  region.ranOn = "cpu";
  region.lastUs = 12.5;
  region.runs = 3;
  region.faults = 1;
  report.profile = {{"faces", {region}, {"the device is gone"}}};
  EXPECT_EQ(nlohmann::json::parse(reportAsJson(report))["profile"], nlohmann::json::parse(R"([
    {"model": "faces", "notices": ["the device is gone"],
     "regions": [{"name": "neuron_0", "backend": "neuron", "ran_on": "cpu", "stand_in": false,
                  "us": 12.5, "predicted_us": 0.0, "runs": 3, "faults": 1}]}])"));
}

TEST(AppReport, HasNoKeyThatAResultCouldHave) {
  PictureReport report = example();
  report.saved = "out/anna.jpg";
  report.frame = 3;
  report.result.end = FrameEnd::kLate;
  report.profile.emplace();
  std::vector<std::string> own, results = {"faces", "objects", "scene", "left"};
  nlohmann::json json = nlohmann::json::parse(reportAsJson(report));
  for (const auto &[key, value] : json.items())
    if (std::ranges::find(results, key) == results.end())
      own.push_back(key);
  EXPECT_THAT(own, testing::UnorderedElementsAreArray(kReportKeys));
}

TEST(AppReport, StaysJsonWhateverTheNamesAre) {
  PictureReport report;
  report.path = "a\xff\"b\n.png";
  EXPECT_EQ(reportAsJson(report).substr(0, 26), "{\"image\":\"a\xEF\xBF\xBD\\\"b\\n.png\",\"");
}

TEST(AppReport, IsATableForPeople) {
  EXPECT_EQ(reportAsText(example(), /*colours=*/false),
            "photos/anna.jpg  640 x 480\n"
            "  faces: 1\n"
            "    face 92%  at 10, 20  100 x 120  live 0.988  verdict live\n"
            "  objects: 1\n"
            "    Coffee cup 50%  at 1, 2  2 x 2\n"
            "  scene: kitchen\n"
            "  left: left out\n"
            "  stage  model         framework        device       calls         ms\n"
            "  input  (preprocess)                   cpu              1       0.12\n"
            "  net    faces         TensorFlow Lite  neuron, cpu      2       3.00\n"
            "  idle   emotion       Keras            cpu              0          -\n"
            "  all                                                            3.12\n");
}

TEST(AppReport, HasColoursOnlyWhenAsked) {
  EXPECT_EQ(reportAsText(example(), false).find('\033'), std::string::npos);
  EXPECT_NE(reportAsText(example(), true).find("\033[32mlive\033[0m"), std::string::npos);
}

} // namespace
