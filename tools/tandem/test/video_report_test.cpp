#include "tools/tandem/video_report.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace tandem;

/// The first frame takes time too: what follows the moment when it is done would be a rate of
/// thousands.
TEST(VideoReport, CountsFromTheBeginningOfTheFirstFrame) {
  auto start = std::chrono::steady_clock::now() - std::chrono::seconds(10);
  VideoReport report("clip.avi", 64, 48, start);
  FrameResult result;
  result.milliseconds = 10'000;
  report.add(result);
  EXPECT_EQ(report.now(), "frame 1, 0.1 frames/s");
  report.add(result);
  EXPECT_EQ(report.now(), "frame 2, 0.2 frames/s");
  EXPECT_THAT(report.asText("", false), testing::HasSubstr("\n  load is before and behind"));
  auto json = nlohmann::json::parse(report.asJson(""));
  EXPECT_GE(json["seconds"], 10);
  EXPECT_NEAR(json["frames_per_second"].get<double>(), 0.2, 0.01);
}
