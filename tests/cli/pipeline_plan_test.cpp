// tandem plan and profile: an application's costs, and how its frames would overlap.

#include "tests/cli/small_pipeline.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class PipelinePlan : public SmallPipeline {};

TEST_F(PipelinePlan, PlansFromCostsThatWereMeasuredBefore) {
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

/// Whatever the costs that the cache has were measured on.
TEST_F(PipelinePlan, PlansTheReadingOfTheFramesThatAreGiven) {
  std::string clip = path("clip.avi");
  Outcome made = runProgram({TANDEM_CLIP, clip, picture(0), picture(9), "--frames", "20"});
  ASSERT_EQ(made.exitCode, 0) << made.err;
  EXPECT_EQ(made.err, "saved " + clip + "\n");
  auto readUs = [&](const std::vector<std::string> &inputs) {
    std::vector<std::string> arguments = {"plan", "--json"};
    arguments.insert(arguments.end(), inputs.begin(), inputs.end());
    Outcome plan = run(arguments, /*withPictures=*/false);
    EXPECT_EQ(plan.exitCode, 0) << plan.err;
    nlohmann::json json = nlohmann::json::parse(plan.out);
    double us = 0;
    for (const nlohmann::json &task : json["plan"]["tasks"])
      if (task["name"] == "(read)" && task["frame"] == 1)
        us = task["finish"].get<double>() - task["start"].get<double>();
    return us;
  };
  double picturesUs = readUs({picture(0)});
  EXPECT_GT(picturesUs, 0);
  double clipUs = readUs({clip});
  EXPECT_GT(clipUs, 0);
  EXPECT_NE(clipUs, picturesUs) << "measured, not as kept";
  EXPECT_NEAR(readUs({}), picturesUs, 1e-3) << "nothing is given to measure, so as kept";
}

TEST_F(PipelinePlan, SaysWhatOfItIsReadingAndOnWhatThatWasMeasured) {
  const std::string begin = "\nin that: ",
                    on = " ms of a core to read and decode a frame, measured on ";
  EXPECT_THAT(run({"plan"}).out, AllOf(HasSubstr(begin), HasSubstr(on + "FRAMES; ")));
  EXPECT_THAT(run({"plan"}, /*withPictures=*/false).out,
              HasSubstr(on + "the frames that the costs are of; "));
}

TEST_F(PipelinePlan, RefusesToPlanTheReadingOfWhatCannotBeRead) {
  ASSERT_EQ(run({"profile"}).exitCode, 0);
  writeBytes(path("words.png"), "no picture");
  for (const char *name : {"none.png", "words.png", "none.avi"}) {
    Outcome plan = run({"plan", picture(0), path(name)}, /*withPictures=*/false);
    EXPECT_EQ(plan.exitCode, 1) << name;
    EXPECT_EQ(plan.out, "");
    EXPECT_THAT(plan.err, StartsWith(path(name) + ": error: "));
    EXPECT_THAT(errorLines(plan.err), ::testing::SizeIs(1));
  }
}

TEST_F(PipelinePlan, TakesTheObjectiveThatTheSchedulerIsFor) {
  Outcome plan = run({"plan", "--scheduler", "heft", "--json"});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_EQ(nlohmann::json::parse(plan.out)["plan"]["objective"], "latency");
}

TEST_F(PipelinePlan, RefusesCostsOfAnotherApplication) {
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

TEST_F(PipelinePlan, PrintsThePlanAndDrawsIt) {
  Outcome plan = run({"plan", "--objective", "latency", "--svg", path("plan.svg")});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("side"), HasSubstr("makespan"), HasSubstr("simulated, "),
                              HasSubstr("the bottleneck is cpu"), HasSubstr("costs measured 20")));
  EXPECT_THAT(plan.err, HasSubstr("saved " + path("plan.svg") + "\n"));
  EXPECT_THAT(readBytes(path("plan.svg")), AllOf(StartsWith("<"), HasSubstr("</svg>")));
  EXPECT_THAT(readBytes(path("plan.svg")), HasSubstr("planned from measured costs"));
  run({"plan", "--device", "mt6873", "--svg", path("phone.svg")});
  EXPECT_THAT(readBytes(path("phone.svg")), HasSubstr("modelled, not measured"));
}

TEST_F(PipelinePlan, CountsTheFramesOfAPlanFromOneWhereverItTellsOfThem) {
  Outcome plan = run({"plan", "--svg", path("plan.svg")});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("\ninput #1 "), ::testing::Not(HasSubstr("#0"))));
  EXPECT_THAT(readBytes(path("plan.svg")),
              AllOf(HasSubstr("<title>input #1: "), HasSubstr(">for "),
                    HasSubstr("; costs measured 20"), ::testing::Not(HasSubstr("#0:"))));
  nlohmann::json json = nlohmann::json::parse(run({"plan", "--json"}).out);
  size_t least = SIZE_MAX;
  for (const nlohmann::json &task : json["plan"]["tasks"])
    least = std::min(least, task["frame"].get<size_t>());
  EXPECT_EQ(least, 1u);
}

TEST_F(PipelinePlan, RefusesADeviceWithoutACpuBeforeItCompilesForIt) {
  writeBytes(path("npu.json"),
             R"({"name": "npu-only", "processors": [{"name": "npu", "backend": "neuron"}]})");
  Outcome plan = run({"plan", "--device", path("npu.json")});
  EXPECT_EQ(plan.exitCode, 1);
  EXPECT_EQ(plan.err, path("npu.json") + ": error: device 'npu-only' has no CPU, which the steps "
                                         "between the models need: no processor of its profile is "
                                         "of backend 'cpu'\n");
  EXPECT_FALSE(std::filesystem::exists(path("cache"))) << "nothing was compiled for it";
}

TEST_F(PipelinePlan, SaysWhyItCompiles) {
  Outcome first = run({"plan"}), second = run({"plan"});
  EXPECT_THAT(first.err,
              StartsWith(path("app.yaml") + ": compiling its models, which the cache "
                                            "keeps for the next time\ncompile net.mlir: "));
  EXPECT_EQ(second.err, "");
}

/// As a terminal shows it.
TEST_F(PipelinePlan, ItsProfilesProgressNeverGoesBack) {
  Surroundings terminal;
  terminal.terminal = true;
  terminal.variables = {"TANDEM_CACHE=" + path("cache")};
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"profile", path("net.mlir"), "-o", path("ops.json")},
        {"profile", path("app.yaml"), picture(0), "-o", path("costs.json")}}) {
    Outcome profile = runTandem(arguments, terminal);
    ASSERT_EQ(profile.exitCode, 0) << profile.out;
    int shown = 0, bars = 0;
    std::string title;
    std::istringstream stream(profile.out);
    for (std::string bar; std::getline(stream, bar, '\r'); ++bars) {
      size_t begin = bar.find(" ["), end = bar.find('%');
      if (begin == bar.npos || end == bar.npos)
        continue;
      if (bar.substr(0, begin) != title) // another work begins
        title = bar.substr(0, begin), shown = 0;
      int percent = std::stoi(bar.substr(bar.find(']') + 1));
      EXPECT_GE(percent, shown) << bar;
      shown = percent;
    }
    EXPECT_GE(bars, 3) << profile.out;
  }
}

TEST_F(PipelinePlan, SaysOfAPlanThatThereIsTooLittleWorkForIt) {
  EXPECT_THAT(run({"plan"}).out, HasSubstr("one step after another is likely faster"));
  std::string slow = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      task["us"]["cpu"] = 1000;
  });
  Outcome plan = run({"plan", "--costs", slow});
  EXPECT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(plan.out, ::testing::Not(HasSubstr("one step after another")));
}

TEST_F(PipelinePlan, RefusesAPaceThatNoPlanReaches) {
  std::string slow = costs([](nlohmann::json &costs) { // whatever this machine takes
    for (nlohmann::json &task : costs["tasks"])
      task["us"]["cpu"] = 10;
  });
  Outcome plan = run({"plan", "--fps", "1000000", "--costs", slow});
  EXPECT_NE(plan.exitCode, 0);
  EXPECT_THAT(errorLines(plan.err), ::testing::SizeIs(1)) << plan.err;
  EXPECT_THAT(plan.err,
              AllOf(HasSubstr("app.yaml: error: a frame comes every 0.001 ms (1000000 frames/s)"),
                    HasSubstr("the busiest device is 'cpu"), HasSubstr("and no plan can do it")));
  EXPECT_EQ(plan.out, "");
}

/// A name is anything that YAML can say, also what no file can be called.
TEST_F(PipelinePlan, KeepsCostsUnderTheNameOfItsApplication) {
  std::string named = kApp;
  named.replace(named.find("name: sides"), 11, R"(name: "../a\0b/\e[31mc/")");
  writeBytes(path("app.yaml"), named);
  EXPECT_EQ(run({"plan"}).exitCode, 0);
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(path("cache/profiles")))
    names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, ::testing::ElementsAre(
                         ::testing::MatchesRegex(R"(\.\._a_b__\[31mc_-[0-9a-f]+\.json)")));
  EXPECT_EQ(run({"plan"}, /*withPictures=*/false).exitCode, 0) << "they are found again";
}

} // namespace
} // namespace tandem::test
