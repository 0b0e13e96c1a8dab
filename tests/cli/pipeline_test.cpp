// tandem plan, profile, run and bench of an application whose frames overlap; with a model that is
// text, so that every build can run it.

#include "tests/cli/small_pipeline.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Pipeline : public SmallPipeline {};

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

/// Whatever the costs that the cache has were measured on.
TEST_F(Pipeline, PlansTheReadingOfTheFramesThatAreGiven) {
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

TEST_F(Pipeline, RefusesToPlanTheReadingOfWhatCannotBeRead) {
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
                              HasSubstr("the bottleneck is cpu"), HasSubstr("costs measured 20")));
  EXPECT_THAT(plan.err, HasSubstr("saved " + path("plan.svg") + "\n"));
  EXPECT_THAT(readBytes(path("plan.svg")), AllOf(StartsWith("<"), HasSubstr("</svg>")));
  EXPECT_THAT(readBytes(path("plan.svg")), HasSubstr("planned from measured costs"));
  run({"plan", "--device", "mt6873", "--svg", path("phone.svg")});
  EXPECT_THAT(readBytes(path("phone.svg")), HasSubstr("modelled, not measured"));
}

TEST_F(Pipeline, CountsTheFramesOfAPlanFromOneWhereverItTellsOfThem) {
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

TEST_F(Pipeline, RefusesADeviceWithoutACpuBeforeItCompilesForIt) {
  writeBytes(path("npu.json"),
             R"({"name": "npu-only", "processors": [{"name": "npu", "backend": "neuron"}]})");
  Outcome plan = run({"plan", "--device", path("npu.json")});
  EXPECT_EQ(plan.exitCode, 1);
  EXPECT_EQ(plan.err, path("npu.json") + ": error: device 'npu-only' has no CPU, which the steps "
                                         "between the models need: no processor of its profile is "
                                         "of backend 'cpu'\n");
  EXPECT_FALSE(std::filesystem::exists(path("cache"))) << "nothing was compiled for it";
}

TEST_F(Pipeline, SaysWhyItCompiles) {
  Outcome first = run({"plan"}), second = run({"plan"});
  EXPECT_THAT(first.err,
              StartsWith(path("app.yaml") + ": compiling its models, which the cache "
                                            "keeps for the next time\ncompile net.mlir: "));
  EXPECT_EQ(second.err, "");
}

/// As a terminal shows it.
TEST_F(Pipeline, ItsProfilesProgressNeverGoesBack) {
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

TEST_F(Pipeline, SaysOfAPlanThatThereIsTooLittleWorkForIt) {
  EXPECT_THAT(run({"plan"}).out, HasSubstr("one step after another is likely faster"));
  std::string slow = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      task["us"]["cpu"] = 1000;
  });
  Outcome plan = run({"plan", "--costs", slow});
  EXPECT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(plan.out, ::testing::Not(HasSubstr("one step after another")));
}

TEST_F(Pipeline, RefusesAPaceThatNoPlanReaches) {
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

TEST_F(Pipeline, WritesWhatRanWhen) {
  Outcome ran = run({"run", "--pipeline", "--trace", path("t.json"), "--svg", path("t.svg")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("saved " + path("t.json") + "\nsaved " + path("t.svg") + "\n"));
  nlohmann::json trace = nlohmann::json::parse(readBytes(path("t.json")));
  size_t tasks = 0;
  for (const nlohmann::json &event : trace["traceEvents"])
    tasks += event["ph"] == "X";
  EXPECT_GE(tasks, size_t{kPictures * 4});
  EXPECT_THAT(readBytes(path("t.svg")), HasSubstr("measured"));
}

/// What a plan has on its cores, and drawing, which it has not.
TEST_F(Pipeline, TracesWhatTheThreadDoesThatFeedsIt) {
  Outcome ran = run({"run", "--pipeline", "--trace", path("t.json"), "--svg", path("t.svg"),
                     "--save", path("out")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  std::map<std::string, std::set<int>> frames;
  std::map<int, std::string> threads;
  std::set<std::string> where;
  for (const nlohmann::json &event : eventsOf("t.json")) {
    std::string name = event["name"];
    if (name == "thread_name")
      threads[event["tid"]] = event["args"]["name"];
    if (event["ph"] == "X" && name.starts_with("(")) {
      frames[name].insert(event["args"]["frame"].get<int>());
      where.insert(threads[event["tid"]]);
      EXPECT_GE(event["ts"], 0);
      EXPECT_GE(event["dur"], 0);
    }
  }
  for (const char *task : {"(read)", "(collect)", "(draw)"})
    EXPECT_EQ(frames[task].size(), size_t{kPictures}) << task;
  EXPECT_THAT(where, ::testing::ElementsAre("feeder"));
  EXPECT_THAT(readBytes(path("t.svg")), AllOf(HasSubstr(">feeder</text>"), HasSubstr("(draw)")));
}

TEST_F(Pipeline, IsMeasuredByBench) {
  Outcome bench = run({"bench", "--pipeline", "--seconds", "0.05", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  nlohmann::json json = nlohmann::json::parse(bench.out);
  EXPECT_EQ(json["pipeline"], true);
  EXPECT_GT(json["frames_per_second"], 0);
  EXPECT_GT(json["planned_interval_ms"], 0);
  const std::string checked = "\n  checked: all results are those of one step after another\n";
  EXPECT_THAT(run({"bench", "--pipeline", "--seconds", "0.05", "--check"}).out, HasSubstr(checked));
}

TEST_F(Pipeline, SaysWhichOptionsNeedWhat) {
  for (const auto &[arguments, message] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"run", "--objective", "latency"}, "tandem run: --objective is for --pipeline"},
           {{"bench", "--trace", "t.json"}, "tandem bench: --trace is for --pipeline"},
           {{"plan", "--scheduler", "guess"}, "--scheduler"},
           {{"plan", "--scheduler", "throughput", "--objective", "latency"},
            "tandem plan: scheduler 'throughput' plans for throughput, not for latency"},
           {{"plan", "--objective", "latency", "--memory", "3"},
            "tandem plan: --memory is for --objective throughput only"}}) {
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

TEST_F(Pipeline, ItsClipsAreRefusedAsByTheOtherTools) {
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

TEST_F(Pipeline, SavesAnAnnotatedVideoAndSaysWhatAFrameTook) {
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
TEST_F(Pipeline, RunsWhatThereIsOfAVideoThatEndsTooSoon) {
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

/// Tasks that take a hundred times what the costs say, as on a phone that has become hot.
TEST_F(Pipeline, PlansAgainWhenTasksTakeLonger) {
  std::string wrong = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      for (nlohmann::json &us : task["us"])
        us = us.get<double>() / 100;
  });
  Outcome ran = runAgain(200, {"--costs", wrong, "--replan", "1", "--trace", path("t.json")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(jsonLines(ran.out).size(), size_t{200 * kPictures});
  size_t told = ran.err.find("times what was planned; planned again: ");
  ASSERT_NE(told, std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("planned again", told + 60), std::string::npos) << "said once";
  EXPECT_THAT(ran.err, HasSubstr("; the costs no longer hold, 'tandem profile' measures them "));
  ran = runAgain(60, {"--costs", wrong, "--replan", "1", "--save", path("out")});
  EXPECT_THAT(ran.err, HasSubstr("; drawing and writing frames, which no plan has, takes time"));
  size_t plans = 0;
  for (const nlohmann::json &event : eventsOf("t.json"))
    plans += event["name"] == "new plan" && event["args"]["interval_us"] > 0;
  EXPECT_GE(plans, 1u);
}

TEST_F(Pipeline, SaysOfMeasuredFramesThatCostsNoLongerHold) {
  std::string wrong = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      for (nlohmann::json &us : task["us"])
        us = 50'000;
  });
  Outcome bench = run({"bench", "--pipeline", "--seconds", "0.1", "--costs", wrong});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  EXPECT_THAT(bench.out,
              AllOf(HasSubstr("  a frame took less than any plan allows: the costs, measured 20"),
                    HasSubstr(" no longer hold; 'tandem profile " + path("app.yaml") +
                              " FRAMES' measures them again\n")));
}

TEST_F(Pipeline, KeepsItsPlanWhenToldTo) {
  std::string wrong = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      for (nlohmann::json &us : task["us"])
        us = us.get<double>() / 100;
  });
  Outcome ran = runAgain(20, {"--costs", wrong, "--replan", "0"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(ran.err.find("planned again"), std::string::npos) << ran.err;
}

TEST_F(Pipeline, HasNoMoreFramesInFlightThanAsked) {
  Outcome ran = runAgain(3, {"--frames-in-flight", "2", "--trace", path("t.json")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  int most = 0, open = 0;
  for (const nlohmann::json &event : eventsOf("t.json")) {
    if (event["name"] == "frames in flight")
      most = std::max(most, event["args"]["frames"].get<int>());
    if (event.value("cat", "") == "frames") // from its submission to its end
      most = std::max(most, open += event["ph"] == "b" ? 1 : -1);
  }
  EXPECT_LE(most, 2);
  EXPECT_GE(most, 1);
}

TEST_F(Pipeline, TakesPrioritiesAndDeadlinesOfFrames) {
  Outcome ran = runAgain(1, {"--priority", picture(3) + "=2", "--deadline", "60000"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(jsonLines(ran.out).size(), size_t{kPictures});
  ran = runAgain(1, {"--priority", "other.bmp=2"});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, HasSubstr("--priority names 'other.bmp', which is none of the inputs"));
  ran = runAgain(1, {"--priority", picture(3) + "=high"});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, HasSubstr("is 'high', expected a whole number"));
}

TEST_F(Pipeline, RefusesADeadlineThatNoPlanKeepsToAndSaysWhichStage) {
  std::string slow = costs([](nlohmann::json &costs) {
    for (nlohmann::json &task : costs["tasks"])
      task["us"]["cpu"] = task["name"] == "run" ? 5000 : 100;
  });
  writeBytes(path("app.yaml"), "deadline: 2\n" + kApp);
  for (const std::vector<std::string> &options :
       {std::vector<std::string>{"--costs", slow}, {"--costs", slow, "--deadline", "3"}}) {
    Outcome ran = runAgain(1, options);
    EXPECT_EQ(ran.exitCode, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(errorLines(ran.err), ::testing::SizeIs(1)) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("app.yaml: error: a frame may take "),
                               HasSubstr("it waits longest for 'run' 50"),
                               HasSubstr("and no plan can do it: the least is 5.3")));
  }
  EXPECT_EQ(runAgain(1, {"--costs", slow, "--deadline", "60000"}).exitCode, 0);
}

TEST_F(Pipeline, DropsFramesWithoutWaitingForResults) {
  Outcome ran = runAgain(20, {"--drop-oldest", "--frames-in-flight", "1"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  std::vector<nlohmann::json> lines = jsonLines(ran.out);
  ASSERT_EQ(lines.size(), size_t{20 * kPictures}) << "a line each, run or dropped";
  size_t done = 0;
  for (const nlohmann::json &line : lines)
    done += line.contains("side");
  EXPECT_GE(done, 1u);
}

TEST_F(Pipeline, SeesBeforeItRunsThatATraceCannotBeWritten) {
  Outcome ran = run({"run", "--pipeline", "--json", "--trace", path("no/such/t.json")});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("t.json: error: cannot write: there is no folder"));
  EXPECT_FALSE(std::filesystem::exists(path("cache"))) << "nothing was compiled for it";
}

TEST_F(Pipeline, DrawsChartsAsPictures) {
  Outcome plan = run({"plan", "--png", path("plan.png")});
  ASSERT_EQ(plan.exitCode, 0) << plan.err;
  EXPECT_THAT(readBytes(path("plan.png")), StartsWith("\x89PNG"));
  Outcome ran = run({"run", "--pipeline", "--png", path("run.png")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(readBytes(path("run.png")), StartsWith("\x89PNG"));
}

TEST_F(Pipeline, GoesOnBehindAPictureThatIsNotThere) {
  std::filesystem::remove(picture(4));
  for (std::string_view costs : {"measured on what is there", "known"}) {
    SCOPED_TRACE(costs);
    Outcome ran = runAgain(1, {});
    EXPECT_EQ(ran.exitCode, 1);
    EXPECT_THAT(errorLines(ran.err), ::testing::ElementsAre(HasSubstr("p4.bmp: error: ")));
    EXPECT_EQ(jsonLines(ran.out).size(), size_t{kPictures - 1});
  }
}

/// A name is anything that YAML can say, also what no file can be called.
TEST_F(Pipeline, KeepsCostsUnderTheNameOfItsApplication) {
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

TEST_F(Pipeline, RefusesCostsThatAreDamaged) {
  writeBytes(path("costs.json"), "{\"version\": 4, ");
  Outcome ran = runAgain(1, {"--costs", path("costs.json")});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(errorLines(ran.err),
              ::testing::ElementsAre(HasSubstr("costs.json: error: not a JSON file")));
}

TEST_F(Pipeline, SaysThatResultsCannotBeWritten) {
  std::vector<std::string> arguments = {"run", path("app.yaml"), "--pipeline", "--json"};
  for (int i = 0; i < kPictures; ++i)
    arguments.push_back(picture(i));
  Surroundings full;
  full.stdoutTo = "/dev/full";
  full.variables = {"TANDEM_CACHE=" + path("cache")};
  Outcome ran = runTandem(arguments, full);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(errorLines(ran.err), ::testing::SizeIs(1)) << ran.err;
}

} // namespace
} // namespace tandem::test
