#include "tools/tandem/run_chart.h"

#include <gmock/gmock.h>

using namespace tandem;
using testing::ElementsAre;

namespace {

/// Two tasks of frames 7 and 8, the second one first, and the reading of frame 9.
Trace sample() {
  Trace trace;
  trace.name = "faces";
  trace.lanes = {"cpu0", "npu", std::string(kFeederLane)};
  trace.tasks = {"crop", "net (1 of 2)", "net (2 of 2)", std::string(kReadTask)};
  trace.events = {{.lane = 1, .task = 2, .frame = 7, .startNs = 5'000'000, .finishNs = 7'500'000},
                  {.lane = 2, .task = 3, .frame = 9, .startNs = 5'500'000, .finishNs = 5'600'000},
                  {.lane = 0, .task = 0, .frame = 8, .startNs = 6'000'000, .finishNs = 6'250'000}};
  return trace;
}

TEST(RunChart, NumbersTasksAsAPlanDoes) {
  GanttChart chart = runChart(sample());
  EXPECT_THAT(GanttLegend(chart).entries(), ElementsAre("1 crop", "3 net (2 of 2)", "4 (read)"));
  EXPECT_EQ(chart.bars[0].label(), "net (2 of 2) #7");
  EXPECT_EQ(chart.bars[0].colour, 7u) << "of its frame, as in a plan";
  EXPECT_EQ(chart.bars[0].lane, 1u);
  EXPECT_EQ(chart.lanes.back(), "feeder");
}

TEST(RunChart, CountsFromItsFirstBarInMilliseconds) {
  GanttChart chart = runChart(sample());
  EXPECT_EQ(chart.title, "faces, measured");
  EXPECT_EQ(chart.unit, "ms");
  EXPECT_DOUBLE_EQ(chart.bars[0].start, 0);
  EXPECT_DOUBLE_EQ(chart.bars[2].start, 1);
  EXPECT_DOUBLE_EQ(chart.bars[2].finish, 1.25);
  Trace quick = sample();
  quick.events.erase(quick.events.begin());
  EXPECT_EQ(runChart(quick).unit, "us") << "less than a millisecond in all";
}

/// A frame that was read long before it began would leave all else in a corner.
TEST(RunChart, ShowsTheTimeThatDevicesWorkIn) {
  Trace trace = sample();
  trace.events.insert(trace.events.begin(),
                      {.lane = 2, .task = 3, .frame = 7, .startNs = 0, .finishNs = 1000});
  EXPECT_EQ(runChart(trace).bars.size(), 3u);
}

TEST(RunChart, OfALongRunIsOfItsMiddle) {
  Trace trace;
  trace.lanes = {"cpu0"};
  for (int i = 0; i < 10; ++i)
    trace.tasks.push_back("t" + std::to_string(i));
  for (int64_t frame = 1; frame <= 100; ++frame)
    for (uint32_t task = 0; task < 10; ++task)
      trace.events.push_back({.task = task,
                              .frame = frame,
                              .startNs = (10 * frame + task) * 1000,
                              .finishNs = (10 * frame + task + 1) * 1000});
  GanttChart chart = runChart(trace);
  EXPECT_EQ(chart.bars.size(), 40u) << "four frames";
  EXPECT_EQ(chart.bars.front().label(), "t0 #50");
}

TEST(RunChart, OfNothingIsEmpty) {
  Trace trace = sample();
  trace.events.clear();
  EXPECT_TRUE(runChart(trace).bars.empty());
}

} // namespace
