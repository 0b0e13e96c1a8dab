// tandem schedule: what it prints, writes and refuses. What schedulers do is tested in
// pipeline/schedulers/test.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tandem::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// The documents' example: figure 3 of Topcuoglu, Hariri, Wu (2002).
const std::string kGraph = readBytes(TANDEM_SOURCE_DIR "/docs/examples/ten_tasks.json");

class ScheduleCommand : public ::testing::Test {
protected:
  void SetUp() override { writeBytes(path("g.json"), kGraph); }
  std::string path(const std::string &name) const { return folder_.path(name); }
  Outcome schedule(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"schedule", path("g.json")});
    return runTandem(more);
  }
  std::string wrongUsage(const std::vector<std::string> &more) {
    Outcome outcome = schedule(more);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  }

  TemporaryFolder folder_;
};

TEST_F(ScheduleCommand, PrintsOrderPlacesTimesAndChart) {
  Outcome outcome = schedule({"--scheduler", "heft"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out.substr(0, outcome.out.find("\n\n") + 1),
            "task  processor         start        finish        rank_u\n"
            "T1    P3                    0             9           108\n"
            "T3    P3                    9            28            80\n"
            "T4    P2                   18            26            80\n"
            "T6    P2                   26            42       63.3333\n"
            "T2    P1                   27            40            77\n"
            "T5    P3                   28            38            69\n"
            "T7    P3                   38            49       42.6667\n"
            "T9    P2                   56            68       44.3333\n"
            "T8    P1                   57            62       35.6667\n"
            "T10   P2                   73            80       14.6667\n");
  EXPECT_THAT(outcome.out, HasSubstr("\ntaken in the order T1 T3 T4 T2 T5 T6 T9 T7 T8 T10\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\nP3 [T1=======][T3===================][T5========]"));
  EXPECT_THAT(outcome.out, HasSubstr("\nmakespan 80\nlower bound "));
  EXPECT_THAT(outcome.out, HasSubstr(", gap at most "));
}

TEST_F(ScheduleCommand, ProvesTheOptimum) {
  Outcome outcome = schedule({"--scheduler", "exact"});
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\nmakespan 73\noptimal: no plan has less"));
}

TEST_F(ScheduleCommand, GivesNoReasonWhyNothingIsLessThanNothing) {
  writeBytes(path("g.json"), R"({"processors": ["P"], "tasks": [{"name": "T", "cost": [0]}]})");
  EXPECT_THAT(schedule({}).out, HasSubstr("\nmakespan 0\noptimal: no plan has less\n"));
}

TEST_F(ScheduleCommand, GivesAProgramAllOfIt) {
  json best = json::parse(schedule({"--json"}).out);
  EXPECT_EQ(best["scheduler"], "best");
  EXPECT_EQ(best["makespan"], 73);
  EXPECT_LE(best["bound"], 73);
  ASSERT_EQ(best["tasks"].size(), 10U);
  EXPECT_EQ(best["tasks"][0],
            json({{"name", "T1"}, {"processor", "P3"}, {"start", 0}, {"finish", 9}}));
  EXPECT_FALSE(best["transfers"].empty());
  json exact = json::parse(schedule({"--json", "-s", "exact"}).out);
  EXPECT_EQ(exact["bound"], 73);
  EXPECT_EQ(exact["optimal"], true);
  EXPECT_EQ(exact["gap"], 0);
  json cpop = json::parse(schedule({"--json", "-s", "cpop"}).out);
  EXPECT_EQ(cpop["order"][0], "T1");
  EXPECT_NEAR(cpop["tasks"][0]["rank_u"].get<double>(), 108, 1e-9);
  EXPECT_EQ(cpop["tasks"][0]["rank_d"], 0);
  EXPECT_FALSE(best.contains("order")) << "it is of no list";
}

TEST_F(ScheduleCommand, PlansForThroughput) {
  Outcome outcome = schedule({"--objective", "throughput"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\ninterval "));
  json plan = json::parse(schedule({"-s", "throughput", "--frames-in-flight", "1", "--json"}).out);
  EXPECT_EQ(plan["objective"], "throughput");
  EXPECT_EQ(plan["framesInFlight"], 1);
  EXPECT_NEAR(plan["interval"].get<double>(), 73, 1e-6);
}

TEST_F(ScheduleCommand, DrawsTheChart) {
  Outcome outcome = schedule({"--svg", path("plan.svg")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  std::string svg = readBytes(path("plan.svg"));
  EXPECT_THAT(svg, HasSubstr("<svg xmlns"));
  EXPECT_THAT(svg, HasSubstr(">best: makespan 73"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"g.json", "plan.svg"}));
}

TEST_F(ScheduleCommand, DrawsTheChartAsAPicture) {
  Outcome outcome = schedule({"--png", path("plan.png")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "saved " + path("plan.png") + "\n");
  EXPECT_TRUE(readBytes(path("plan.png")).starts_with("\x89PNG\r\n"));
}

TEST_F(ScheduleCommand, TheChartDoesNotReplaceTheGraph) {
  EXPECT_EQ(wrongUsage({"--svg", path("g.json")}),
            path("g.json") + ": error: the chart would replace '" + path("g.json") +
                "', which is read, give it another name\n");
  EXPECT_EQ(readBytes(path("g.json")), kGraph);
  Outcome outcome = schedule({"--svg", path("no/such/plan.svg")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(errorLines(outcome.err).size(), 1U) << outcome.err;
}

TEST_F(ScheduleCommand, RefusesWrongUsage) {
  EXPECT_THAT(wrongUsage({"-s", "fastest"}),
              HasSubstr("tandem schedule: --scheduler: fastest not in"));
  EXPECT_EQ(wrongUsage({"--latency", "30"}),
            "tandem schedule: --latency is for --objective throughput "
            "only; see 'tandem schedule --help'\n");
  EXPECT_EQ(wrongUsage({"-s", "heft", "--objective", "throughput"}),
            "tandem schedule: scheduler 'heft' plans for latency, not for throughput; see 'tandem "
            "schedule --help'\n");
}

TEST_F(ScheduleCommand, RefusesWhatIsNoTaskGraph) {
  writeBytes(path("g.json"), R"({"processors": ["P"], "tasks": [{"name": "A", "cost": [1, 2]}]})");
  Outcome outcome = schedule();
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err, path("g.json") + ": error: tasks[0] ('A'): has 2 costs for 1 processor\n");
  EXPECT_EQ(runTandem({"schedule", path("nothing.json")}).exitCode, 1);
}

TEST_F(ScheduleCommand, RefusesTwoChartsInOnePlace) {
  EXPECT_EQ(wrongUsage({"--svg", path("a"), "--png", path("./a")}),
            path("./a") + ": error: cannot take both the chart and the picture of the chart\n");
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"g.json"}));
}

/// Their sums would be no numbers.
TEST_F(ScheduleCommand, RefusesTimesBeyondAllMeasure) {
  writeBytes(path("g.json"), R"({"processors": ["P"], "tasks": [{"name": "A", "cost": [1e308]},
                                {"name": "B", "cost": [1e308]}]})");
  Outcome outcome = schedule();
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err,
            path("g.json") + ": error: tasks[0] ('A'): cost 1e+308, expected 0 to 1e+60\n");
}

/// Beside the first time the second is nothing, and no sum of both is right.
TEST_F(ScheduleCommand, SaysWhenTimesLieTooFarApart) {
  writeBytes(path("g.json"), R"({
    "processors": ["P0"],
    "tasks": [{"name": "t1", "cost": [1e9], "memoryShare": 1}, {"name": "t2", "cost": [1e-12]}],
    "edges": [{"from": "t1", "to": "t2", "cost": 0, "bytes": 1e9}]})");
  Outcome outcome = schedule({"--objective", "throughput"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err, path("g.json") +
                             ": error: no plan found: times of its tasks lie too far apart to be "
                             "added up, make the least ones zero\n");
}

TEST_F(ScheduleCommand, SaysWhenLimitsCannotBeKept) {
  Outcome outcome = schedule({"--objective", "throughput", "--latency", "60"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err, path("g.json") +
                             ": error: no plan found that keeps to a latency of 60; one frame "
                             "alone takes at least 63 (critical path)\n");
}

} // namespace
} // namespace tandem::test
