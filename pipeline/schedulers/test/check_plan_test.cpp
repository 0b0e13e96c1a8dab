// That checkPlan() sees every way in which a plan can be wrong: a right plan, one thing changed.

#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"

#include <gmock/gmock.h>

#include <functional>

namespace tandem::test {
namespace {

using ::testing::HasSubstr;

class CheckPlan : public ::testing::Test {
protected:
  /// Heft's plan of the graph, changed, must be refused with these words.
  void refuses(const std::function<void(Plan &)> &change, const std::string &words) {
    Plan plan = *allSchedulers().run("heft", graph_);
    ASSERT_TRUE(checkPlan(graph_, plan).ok());
    check(plan, change, words);
  }
  void refusesThroughput(const std::function<void(Plan &)> &change, const std::string &words) {
    ScheduleOptions options;
    options.objective = Objective::kThroughput;
    options.mostFrames = 1;
    Plan plan = *allSchedulers().run("throughput", graph_, options);
    ASSERT_TRUE(checkPlan(graph_, plan).ok());
    check(plan, change, words);
  }

  TaskGraph graph_ = topcuogluGraph();

private:
  void check(Plan &plan, const std::function<void(Plan &)> &change, const std::string &words) {
    change(plan);
    Status status = checkPlan(graph_, plan);
    ASSERT_FALSE(status.ok()) << "expected: " << words;
    EXPECT_EQ(status.error().code, Code::kInternal);
    EXPECT_THAT(status.error().message, HasSubstr(words));
  }
};

void shift(PlannedTask &task, double by) {
  task.start += by;
  task.finish += by;
}

TEST_F(CheckPlan, RefusesAMissingTask) {
  refuses([](Plan &plan) { plan.tasks.pop_back(); }, "it has 9 tasks, expected 10");
  refuses([](Plan &plan) { std::swap(plan.tasks[1], plan.tasks[2]); }, "entry 1 is not task 1");
}

TEST_F(CheckPlan, RefusesAProcessorThatCannotRunTheTask) {
  refuses([](Plan &plan) { plan.tasks[0].processor = 7; },
          "'T1' of frame 0 is where it cannot run");
  graph_.tasks[3].cost[0] = kCannotRun;
  refuses([](Plan &plan) { plan.tasks[3].processor = 0; },
          "'T4' of frame 0 is where it cannot run");
}

TEST_F(CheckPlan, RefusesAnotherDuration) {
  refuses([](Plan &plan) { plan.tasks[0].finish = 8; }, "'T1' of frame 0 takes 8 where 9 are");
  refuses([](Plan &plan) { plan.tasks[9].finish = 90; }, "'T10' of frame 0 takes 17 where 7 are");
}

TEST_F(CheckPlan, RefusesAStartBeforeZero) {
  refuses([](Plan &plan) { shift(plan.tasks[0], -1); }, "starts at -1, expected 0 or later");
}

TEST_F(CheckPlan, RefusesOverlapOnAProcessor) {
  refuses([](Plan &plan) { shift(plan.tasks[4], -2); },
          "P3 has 'T5' of frame 0 at 26 while 'T3' of frame 0 is there until 28");
}

TEST_F(CheckPlan, RefusesAStartBeforeTheDataAreThere) {
  refuses([](Plan &plan) { shift(plan.tasks[7], -1); },
          "'T8' of frame 0 starts at 56, before what it needs of 'T6' of frame 0 at 57");
}

TEST_F(CheckPlan, RefusesWrongTransfers) {
  refuses([](Plan &plan) { plan.transfers.clear(); }, "nothing is sent from 'T1'");
  refuses([](Plan &plan) { plan.transfers[0].finish += 1; }, "is sent from 9 to 28");
  refuses([](Plan &plan) { plan.transfers.push_back(plan.transfers[0]); }, "is sent twice");
  refuses([](Plan &plan) { plan.transfers.push_back({1, 0, 9, 9}); }, "need not be sent");
}

TEST_F(CheckPlan, RefusesWrongTotals) {
  refuses([](Plan &plan) { plan.makespan = 79; }, "makespan 79, it is 80");
  refuses([](Plan &plan) { plan.interval = 40; }, "interval 40 of a plan of one frame");
  refuses([](Plan &plan) { plan.bound = 81; }, "bound 81");
}

TEST_F(CheckPlan, RefusesTwoTransfersAtOnceOnAnExclusivePath) {
  graph_ = graphOf({{1, kCannotRun}, {1, kCannotRun}, {kCannotRun, 1}}, {{1, 3, 5}, {2, 3, 5}});
  graph_.links.assign(2, std::vector<Link>(2, {0, 0, 0}));
  refuses(
      [](Plan &plan) {
        plan.transfers[1].start = 3;
        plan.transfers[1].finish = 8;
      },
      "path 0 has the output of 'T2' of frame 0 at 3 while the output of 'T1'");
}

TEST_F(CheckPlan, HoldsPatternsToTheirPeriod) {
  refusesThroughput([](Plan &plan) { plan.interval = 30; }, "is busy for");
  refusesThroughput([](Plan &plan) { plan.framesInFlight = 99; }, "99 frames in flight, there are");
  // Another period would be another place on the circle.
  refusesThroughput([](Plan &plan) { plan.interval *= 1.01; }, " while ");
}

TEST_F(CheckPlan, HoldsPatternsToRecurrences) {
  graph_ = graphOf({{4, 4}}, {});
  graph_.edges.push_back({0, 0, 0, 0, 1});
  refusesThroughput([](Plan &plan) { plan.interval = 3; }, "is busy for 4 of 3");
  graph_ = graphOf({{4, kCannotRun}, {kCannotRun, 4}}, {{1, 2, 0}});
  graph_.edges.push_back({1, 0, 0, 0, 1});
  refusesThroughput(
      [](Plan &plan) {
        plan.interval = 7;
        plan.framesInFlight = 2;
      },
      "'T1' of frame 0 starts at 7, before what it needs of 'T2' of frame 0 at 8");
}

TEST_F(CheckPlan, HoldsPatternsToArrivals) {
  graph_ = graphOf({{4, 4}}, {});
  graph_.arrivalPeriod = 10;
  refusesThroughput([](Plan &plan) { plan.interval = 9; }, "interval 9, frames come every 10");
}

TEST_F(CheckPlan, KnowsHowContentionStretchesTasks) {
  graph_ = graphOf({{10, kCannotRun}, {kCannotRun, 10}}, {});
  graph_.tasks[0].memoryShare = {1, 0};
  graph_.tasks[1].memoryShare = {0, 0.5};
  Plan plan = *allSchedulers().run("heft", graph_);
  // T2 asks for half and gets it, T1 has the other half of what it asks for until then.
  EXPECT_EQ(placesOf(graph_, plan), "T1 P1 0 15\nT2 P2 0 10\n");
  refuses([](Plan &changed) { changed.tasks[0].finish = 10; }, "'T1' of frame 0 takes 10 where 10");
}

} // namespace
} // namespace tandem::test
