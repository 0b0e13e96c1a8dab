// tandem run of an application whose user, or whoever stops processes, has had enough.

#include "tests/cli/small_pipeline.h"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Runs on a clip whose frames come far slower than they are done; signals come once the first ones
/// are in the unfinished video.
class Interruption : public SmallPipeline {
protected:
  Outcome interrupted(const std::string &framesPerSecond, const std::vector<int> &signals,
                      const std::vector<std::string> &options) const {
    Outcome made =
        runProgram({TANDEM_CLIP, path("clip.avi"), picture(0), picture(9), "--frames", "600"});
    EXPECT_EQ(made.exitCode, 0) << made.err;
    std::vector<std::string> arguments = {"run",        path("app.yaml"), path("clip.avi"),
                                          "--save",     path("out"),      "--json",
                                          "--pipeline", "--arrival",      framesPerSecond};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Surroundings around;
    around.variables = {"TANDEM_CACHE=" + path("cache")};
    around.meanwhile = [&](pid_t process) {
      awaitFirstFrames();
      for (int signal : signals) { // not so soon that the next frame is not awaited yet
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        kill(process, signal);
      }
    };
    return runTandem(arguments, around);
  }

  std::vector<std::string> saved() const {
    std::vector<std::string> names;
    if (std::filesystem::exists(path("out")))
      for (const auto &entry : std::filesystem::directory_iterator(path("out")))
        names.push_back(entry.path().filename().string());
    return names;
  }

private:
  void awaitFirstFrames() const {
    using Clock = std::chrono::steady_clock;
    for (auto start = Clock::now();
         saved().empty() && Clock::now() - start < std::chrono::minutes(1);)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
};

TEST_F(Interruption, EndsLikeTheInputs) {
  for (int signal : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(signal);
    std::filesystem::remove_all(path("out"));
    Outcome ran = interrupted("100", {signal}, {"--trace", path("t.json"), "--svg", path("t.svg")});
    ASSERT_EQ(ran.exitCode, 0) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("app.yaml: interrupted: no more frames are read"));
    std::vector<nlohmann::json> lines = jsonLines(ran.out);
    ASSERT_GE(lines.size(), 2u);
    EXPECT_EQ(lines.back()["frames"], lines.size() - 1) << "totals of all that were read";
    EXPECT_LT(lines.size(), 600u);
    EXPECT_THAT(saved(), ElementsAre("clip.avi")) << "and nothing unfinished";
    EXPECT_FALSE(eventsOf("t.json").empty());
    EXPECT_THAT(readBytes(path("t.svg")), HasSubstr("</svg>"));
  }
}

TEST_F(Interruption, EndsAtOnceTheSecondTime) {
  Outcome ran = interrupted("0.3", {SIGINT, SIGTERM}, {}); // while the next frame is awaited
  EXPECT_EQ(ran.exitCode, 128 + SIGTERM) << ran.err;
}

} // namespace
} // namespace tandem::test
