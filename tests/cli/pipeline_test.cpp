// tandem run and bench of an application whose frames overlap; with a model that is text, so that
// every build can run it.

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

/// What a plan leaves out is most of the time then; measured again they would be the same.
TEST_F(Pipeline, DoesNotBlameCostsWhereThereIsLittleWork) {
  Outcome bench = run({"bench", "--pipeline", "--seconds", "0.1"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  EXPECT_THAT(bench.out, ::testing::Not(HasSubstr("no longer hold")));
}

TEST_F(Pipeline, SaysOfPicturesWhatWasPlanned) {
  const std::string planned = "\nplanned: ", drawing = "drawing and writing frames is in no plan";
  Outcome ran = run({"run", "--pipeline"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr(planned), ::testing::Not(HasSubstr(drawing))));
  EXPECT_THAT(run({"run", "--pipeline", "--save", path("out")}).out, HasSubstr(drawing));
  EXPECT_THAT(run({"run"}).out, ::testing::Not(HasSubstr(planned)));
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
