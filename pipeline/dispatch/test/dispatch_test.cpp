#include "pipeline/dispatch/dispatch.h"
#include "pipeline/dispatch/frame_line.h"

#include <gmock/gmock.h>

using namespace tandem;
using testing::ElementsAre;

namespace {

/// Two tasks, the second half a period behind the first, on two processors.
Plan twoTasks(double interval, size_t frames = 1) {
  Plan plan;
  plan.scheduler = "test";
  plan.frames = frames;
  plan.interval = interval;
  for (size_t frame = 0; frame < frames; ++frame) {
    double start = interval * static_cast<double>(frame);
    plan.tasks.push_back({0, frame, frame % 2, start, start + 1});
    plan.tasks.push_back({1, frame, 1, start + 5, start + 6});
  }
  return plan;
}

std::string refusal(Plan plan) {
  auto made = Dispatch::create(std::move(plan), 2, 2);
  return made.ok() ? "taken" : made.error().message;
}

TEST(Dispatch, RefusesAPlanOfSomethingElse) {
  Plan plan = twoTasks(4);
  plan.tasks.pop_back();
  EXPECT_EQ(refusal(plan), "the plan of 'test' has 1 tasks in 1 frames, expected 2 a frame");
  plan = twoTasks(4);
  std::swap(plan.tasks[0], plan.tasks[1]);
  EXPECT_EQ(refusal(plan),
            "the plan of 'test' has task 1 of frame 0 where task 0 of frame 0 belongs");
  plan = twoTasks(4);
  plan.tasks[1].processor = 2;
  EXPECT_EQ(refusal(plan), "the plan of 'test' puts task 1 on processor 2, there are 2");
  plan = twoTasks(4);
  plan.frames = 0;
  EXPECT_EQ(refusal(plan), "the plan of 'test' has 2 tasks in 0 frames, expected 2 a frame");
  EXPECT_EQ(refusal(twoTasks(4)), "taken");
}

TEST(Dispatch, TakesTheEarliestPlaceOfThePlanUnrolledOverFrames) {
  Dispatch dispatch = *Dispatch::create(twoTasks(4), 2, 2);
  FrameClock clock(dispatch);
  ReadyTasks ready(8);
  FrameClock::Ticket first = clock.begin(), second = clock.begin();
  for (const FrameClock::Ticket &ticket : {second, first})
    for (uint32_t task : {1u, 0u})
      ready.add(FrameClock::ready(dispatch, ticket, task));
  std::vector<std::pair<int64_t, uint32_t>> order;
  while (!ready.empty()) {
    ReadyTask task = ready.take();
    order.emplace_back(task.sequence, task.task);
  }
  // Frame 1's first task has its place at 4, before frame 0's second one at 5.
  EXPECT_THAT(order,
              ElementsAre(std::pair(0, 0u), std::pair(1, 0u), std::pair(0, 1u), std::pair(1, 1u)));
}

TEST(Dispatch, APriorityGoesFirstAndEqualsGoByAge) {
  ReadyTask early{.place = 1}, late{.place = 2}, urgent{.place = 3, .priority = 1};
  EXPECT_TRUE(early.before(late));
  EXPECT_TRUE(urgent.before(early));
  ReadyTask old{.place = 1, .sequence = 3}, young{.place = 1, .sequence = 4};
  EXPECT_TRUE(old.before(young));
  EXPECT_FALSE(young.before(old));
}

TEST(Dispatch, FollowsTheFrameOfThePattern) {
  Dispatch dispatch = *Dispatch::create(twoTasks(4, 2), 2, 2);
  EXPECT_EQ(dispatch.period(), 8);
  EXPECT_EQ(dispatch.at(5, 0).processor, 1u);
  EXPECT_EQ(dispatch.at(6, 0).processor, 0u);
}

TEST(FrameClock, PutsTheNextPlanBehindAllThatHasBegun) {
  Dispatch before = *Dispatch::create(twoTasks(4, 2), 2, 2);
  Dispatch after = *Dispatch::create(twoTasks(1), 2, 2);
  FrameClock clock(before);
  for (int i = 0; i < 3; ++i) // into the second pattern
    clock.begin();
  clock.follow(after);
  FrameClock::Ticket ticket = clock.begin();
  EXPECT_EQ(ticket.sequence, 3);
  EXPECT_EQ(ticket.inPlan, 0);
  EXPECT_EQ(ticket.origin, 16);
  EXPECT_EQ(clock.begin().origin, 17);
}

TEST(TaskLinks, LeavesOutEdgesBetweenFrames) {
  TaskLinks links(3, std::vector<TaskEdge>{{0, 1}, {0, 2}, {1, 2}, {2, 2, 0, 0, 1}});
  EXPECT_THAT(links.waitsFor, ElementsAre(0, 1, 2));
  EXPECT_THAT(links.followers[0], ElementsAre(1, 2));
}

TEST(FrameLine, LetsSoManyBeginAndTheOthersWait) {
  FrameLine line(2, 2, WhenFull::kWait);
  for (int64_t frame : {1, 2})
    EXPECT_EQ(line.push(frame), std::nullopt);
  EXPECT_TRUE(line.mustWait());
  EXPECT_EQ(line.begin(), 1);
  EXPECT_EQ(line.begin(), 2);
  EXPECT_EQ(line.push(3), std::nullopt);
  EXPECT_EQ(line.begin(), std::nullopt) << "two are running";
  EXPECT_TRUE(line.holds(3));
  line.finish();
  EXPECT_EQ(line.begin(), 3);
  EXPECT_FALSE(line.holds(3));
}

TEST(FrameLine, DropsTheOneThatWaitedLongest) {
  FrameLine line(1, 2, WhenFull::kDropOldest);
  for (int64_t frame : {1, 2})
    line.push(frame);
  EXPECT_FALSE(line.mustWait());
  EXPECT_EQ(line.push(3), 1);
  EXPECT_EQ(line.begin(), 2);
  EXPECT_EQ(line.begin(), std::nullopt);
}

TEST(FrameLine, FewerMayRunFromNowOn) {
  FrameLine line(2, 3, WhenFull::kWait);
  for (int64_t frame : {1, 2, 3})
    line.push(frame);
  line.begin();
  line.begin();
  line.allow(1);
  line.finish();
  EXPECT_EQ(line.begin(), std::nullopt);
  line.finish();
  EXPECT_EQ(line.begin(), 3);
}

} // namespace
