// Videos as the frames of an application, one step after another and as a pipeline.

#include "tests/cli/small_pipeline.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace tandem::test {
namespace {

using ::testing::HasSubstr;

class PipelineVideo : public SmallPipeline {};

TEST_F(PipelineVideo, TakesVideosAndSaysWhereTheyEnd) {
  Outcome ran = run({"run", path("none.avi"), "--json"});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(errorLines(ran.err), ::testing::SizeIs(1));
  EXPECT_EQ(jsonLines(ran.out).size(), size_t{kPictures}) << "the pictures are run all the same";
  writeBytes(path("words.mp4"), "no video");
  ran = run({"run", path("words.mp4")}, /*withPictures=*/false);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err, HasSubstr("words.mp4: error: is not a video that can be read"));
}

TEST_F(PipelineVideo, ItsClipsAreRefusedAsByTheOtherTools) {
  Outcome nothing = runProgram({TANDEM_CLIP});
  EXPECT_EQ(nothing.exitCode, 2);
  EXPECT_EQ(nothing.err, "tandem_clip: OUTPUT is required; see 'tandem_clip --help'\n");
  Outcome nowhere = runProgram({TANDEM_CLIP, path("no/clip.avi"), picture(0)});
  EXPECT_EQ(nowhere.exitCode, 1);
  EXPECT_EQ(nowhere.err, path("no/clip.avi") + ": error: cannot write: there is no folder '" +
                             path("no") + "'\n");
  Outcome same = runProgram({TANDEM_CLIP, picture(0), picture(0)});
  EXPECT_EQ(same.exitCode, 2);
  EXPECT_THAT(same.err, HasSubstr("the video would replace '" + picture(0) + "'"));
}

TEST_F(PipelineVideo, SavesAnAnnotatedVideoAndSaysWhatAFrameTook) {
  std::string clip = path("clip.avi");
  ASSERT_EQ(runProgram({TANDEM_CLIP, clip, picture(0), picture(9), "--frames", "8"}).exitCode, 0);
  Outcome ran = run({"run", clip, "--save", path("out")}, /*withPictures=*/false);
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.out, ::testing::ContainsRegex("device +calls +ms a frame\n"));
  EXPECT_THAT(ran.out, ::testing::ContainsRegex("  draw +\\(annotate\\) +cpu +8 "));
  EXPECT_THAT(ran.out,
              HasSubstr("\n  load and draw (with writing) are before and behind the "
                        "application's own stages: in the frames/s, not in the latency\n"));
  EXPECT_THAT(ran.out, HasSubstr("  saved " + path("out/clip.avi")));
  Outcome overlapping = run({"run", clip, "--pipeline"}, /*withPictures=*/false);
  EXPECT_THAT(overlapping.out,
              HasSubstr("\n  load is done by the thread that feeds the pipeline, on the cores that "
                        "the stages share: in the frames/s, not in the latency\n"));
}

/// Costs are measured on the frames that there are: few of those that it declares.
TEST_F(PipelineVideo, RunsWhatThereIsOfAVideoThatEndsTooSoon) {
  std::string clip = path("clip.avi");
  Outcome made = runProgram({TANDEM_CLIP, clip, picture(0), picture(9), "--frames", "200"});
  ASSERT_EQ(made.exitCode, 0) << made.err;
  std::filesystem::resize_file(clip, std::filesystem::file_size(clip) / 40);
  Outcome ran = run({"run", clip, "--pipeline", "--json"}, /*withPictures=*/false);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(errorLines(ran.err),
              ::testing::ElementsAre(HasSubstr("clip.avi: error: ends after ")));
  EXPECT_GE(jsonLines(ran.out).size(), 2u) << "a line a frame, and one of the video";
}

} // namespace
} // namespace tandem::test
