// tandem plan, profile, run and bench of an application whose frames overlap; with a model that is
// text, so that every build can run it.

#include "tests/cli/program.h"
#include "tests/cli/small_app.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kApp = R"(tandem: 1
name: sides
models:
  net: {file: net.mlir, labels: [left, right]}
steps:
  input:
    uses: preprocess
    inputs: frame
    channels: grey
    size: [2, 1]
    range: [0, 1]
  flat: {uses: flatten, inputs: input}
  run: {model: net, inputs: flat}
  side: {uses: classify, inputs: run}
results:
  side: side.label
)";

std::vector<nlohmann::json> jsonLines(const std::string &text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

class Pipeline : public ::testing::Test {
protected:
  void SetUp() override {
    writeBytes(path("net.mlir"), kHalvesModel);
    writeBytes(path("app.yaml"), kApp);
    for (int i = 0; i < kPictures; ++i)
      writeBytes(picture(i), bmp(static_cast<uint8_t>(20 * i), 100));
  }
  std::string path(const std::string &name) const { return folder_.path(name); }
  std::string picture(int index) const { return path("p" + std::to_string(index) + ".bmp"); }

  /// With a cache of its own, so that costs are those that this test measured.
  Outcome run(std::vector<std::string> arguments, bool withPictures = true) const {
    arguments.insert(arguments.begin() + 1, path("app.yaml"));
    for (int i = 0; withPictures && i < kPictures; ++i)
      arguments.insert(arguments.begin() + 2 + i, picture(i));
    Surroundings around;
    around.variables = {"TANDEM_CACHE=" + path("cache")};
    return runTandem(arguments, around);
  }

  static constexpr int kPictures = 10;
  TemporaryFolder folder_;
};

TEST_F(Pipeline, GivesTheSequentialRunsResultsInOrder) {
  Outcome sequential = run({"run", "--json"}), pipeline = run({"run", "--pipeline", "--json"});
  ASSERT_EQ(sequential.exitCode, 0) << sequential.err;
  ASSERT_EQ(pipeline.exitCode, 0) << pipeline.err;
  auto without = [](std::vector<nlohmann::json> lines) {
    for (nlohmann::json &line : lines)
      line.erase("timings");
    return lines;
  };
  std::vector<nlohmann::json> expected = without(jsonLines(sequential.out));
  ASSERT_EQ(expected.size(), size_t{kPictures});
  EXPECT_EQ(expected.front()["side"], "right");
  EXPECT_EQ(expected.back()["side"], "left");
  EXPECT_EQ(without(jsonLines(pipeline.out)), expected);
}

TEST_F(Pipeline, PlansFromCostsThatWereMeasuredBefore) {
  Outcome unknown = run({"plan"}, /*withPictures=*/false);
  EXPECT_EQ(unknown.exitCode, 1);
  EXPECT_THAT(unknown.err, HasSubstr("nothing is known of its costs on this machine, give pictures "
                                     "or a video to measure them on"));
  Outcome profile = run({"profile", "--json"});
  ASSERT_EQ(profile.exitCode, 0) << profile.err;
  nlohmann::json costs = nlohmann::json::parse(profile.out);
  EXPECT_EQ(costs["application"], "sides");
  EXPECT_EQ(costs["frames"], kPictures);

  Outcome plan = run({"plan", "--json", "--simulate", "50"}, /*withPictures=*/false);
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  nlohmann::json json = nlohmann::json::parse(plan.out);
  EXPECT_THAT(json["modelled"], IsEmpty());
  EXPECT_EQ(json["plan"]["objective"], "throughput");
  EXPECT_GT(json["plan"]["interval"], 0);
  EXPECT_LE(json["plan"]["bound"], json["plan"]["interval"]);
  EXPECT_EQ(json["simulated"]["frames"], 50);
}

TEST_F(Pipeline, TakesTheObjectiveThatTheSchedulerIsFor) {
  Outcome plan = run({"plan", "--scheduler", "heft", "--json"});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_EQ(nlohmann::json::parse(plan.out)["plan"]["objective"], "latency");
}

TEST_F(Pipeline, RefusesCostsOfAnotherApplication) {
  ASSERT_EQ(run({"profile", "-o", path("costs.json")}).exitCode, 0);
  std::string other = readBytes(path("costs.json"));
  other.replace(other.find("sides"), 5, "faces");
  writeBytes(path("other.json"), other);
  EXPECT_EQ(run({"plan", "--costs", path("costs.json")}, /*withPictures=*/false).exitCode, 0);
  Outcome plan = run({"plan", "--costs", path("other.json")}, /*withPictures=*/false);
  EXPECT_EQ(plan.exitCode, 1);
  EXPECT_THAT(plan.err, HasSubstr(path("other.json") + ": error: has the costs of application "
                                                       "'faces', not of 'sides'\n"));
}

TEST_F(Pipeline, PrintsThePlanAndDrawsIt) {
  Outcome plan = run({"plan", "--objective", "latency", "--svg", path("plan.svg")});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("side"), HasSubstr("makespan"), HasSubstr("simulated, "),
                              HasSubstr("the bottleneck is cpu")));
  EXPECT_THAT(readBytes(path("plan.svg")), AllOf(StartsWith("<"), HasSubstr("</svg>")));
}

TEST_F(Pipeline, RefusesAPaceThatNoPlanReaches) {
  Outcome plan = run({"plan", "--fps", "1000000"});
  EXPECT_NE(plan.exitCode, 0);
  EXPECT_THAT(errorLines(plan.err), ::testing::SizeIs(1)) << plan.err;
  EXPECT_THAT(plan.err,
              AllOf(HasSubstr("app.yaml: error: a frame comes every 1 us"),
                    HasSubstr("the busiest device is 'cpu"), HasSubstr("and no plan can do it")));
  EXPECT_EQ(plan.out, "");
}

TEST_F(Pipeline, WritesWhatRanWhen) {
  Outcome ran = run({"run", "--pipeline", "--trace", path("t.json"), "--svg", path("t.svg")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  nlohmann::json trace = nlohmann::json::parse(readBytes(path("t.json")));
  size_t tasks = 0;
  for (const nlohmann::json &event : trace["traceEvents"])
    tasks += event["ph"] == "X";
  EXPECT_GE(tasks, size_t{kPictures * 4});
  EXPECT_THAT(readBytes(path("t.svg")), HasSubstr("measured"));
}

TEST_F(Pipeline, IsMeasuredByBench) {
  Outcome bench = run({"bench", "--pipeline", "--seconds", "0.05", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  nlohmann::json json = nlohmann::json::parse(bench.out);
  EXPECT_EQ(json["pipeline"], true);
  EXPECT_GT(json["frames_per_second"], 0);
  EXPECT_GT(json["planned_interval_ms"], 0);
}

TEST_F(Pipeline, SaysWhichOptionsNeedWhat) {
  for (const auto &[arguments, message] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"run", "--objective", "latency"}, "tandem run: --objective is for --pipeline"},
           {{"bench", "--trace", "t.json"}, "tandem bench: --trace is for --pipeline"},
           {{"plan", "--scheduler", "guess"}, "--scheduler"}}) {
    Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
  Outcome replaced = run({"run", "--pipeline", "--trace", picture(0)});
  EXPECT_EQ(replaced.exitCode, 2) << replaced.err;
  EXPECT_EQ(readBytes(picture(0)), bmp(0, 100));
}

TEST_F(Pipeline, TakesVideosAndSaysWhereTheyEnd) {
  Outcome ran = run({"run", path("none.avi"), "--json"});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(errorLines(ran.err), ::testing::SizeIs(1));
  EXPECT_EQ(jsonLines(ran.out).size(), size_t{kPictures}) << "the pictures are run all the same";
  writeBytes(path("words.mp4"), "no video");
  ran = run({"run", path("words.mp4")}, /*withPictures=*/false);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err, HasSubstr("words.mp4: error: is not a video that can be read"));
}

} // namespace
} // namespace tandem::test
