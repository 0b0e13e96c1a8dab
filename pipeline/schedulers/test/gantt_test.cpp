#include "pipeline/schedulers/gantt.h"
#include "pipeline/schedulers/scheduler.h"
#include "pipeline/schedulers/test/example_graphs.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(GanttText, DrawsAPlan) {
  TaskGraph graph = topcuogluGraph();
  EXPECT_EQ(
      ganttText(ganttOf(graph, *allSchedulers().run("heft", graph)), 83),
      "P1 ...........................[T2=========].................[T8=]..................\n"
      "P2 ..................[T4====][T6============]..............[T9========].....[T10==]\n"
      "P3 [T1=====][T3===============][T5======][T7=======]...............................\n"
      "   0                   20                  40                  60                80\n");
}

TEST(GanttText, NumbersTasksWhereABarHasNoRoomForTheirNames) {
  GanttChart chart{"",
                   "ms",
                   {"cpu0"},
                   {{0, "object_net (2 of 3)", 0, 6, 4, 4},
                    {0, "faces", 6, 12, 4, 4},
                    {0, "face_net", 12, 29.5, 4, 4},
                    {0, "live", 29.5, 30, 4, 4}}};
  chart.tasks = {"faces", "face_net", "object_net (1 of 3)", "object_net (2 of 3)", "live"};
  EXPECT_EQ(ganttText(chart, 50), "cpu0 [4#4====][1#4====][face_net #4=============]#\n"
                                  "     0              10             20           30 ms\n"
                                  "1 faces                2 face_net\n"
                                  "4 object_net (2 of 3)  5 live\n"
                                  "4#4 is task 4 of frame #4\n"
                                  "#: too short to be named\n");
}

TEST(GanttText, HoldsToTheWidthOfTheTerminal) {
  GanttChart chart{"", "us", {"a lane with a very long name indeed", "b"}, {}};
  for (size_t i = 0; i < 50; ++i)
    chart.bars.push_back(
        {i % 2, "a long label", static_cast<double>(i), static_cast<double>(i) + 1, 0});
  for (size_t columns : {20, 40, 100}) {
    std::string text = ganttText(chart, columns);
    size_t begin = 0;
    for (size_t lane = 0; lane < 2; ++lane) {
      size_t end = text.find('\n', begin);
      EXPECT_LE(end - begin, columns);
      begin = end + 1;
    }
  }
}

TEST(GanttText, TakesNothingAndWhatTakesNoTime) {
  EXPECT_EQ(ganttText({"", "", {"P"}, {}}, 20), "P ..................\n  0\n");
  EXPECT_THAT(ganttText({"", "", {"P"}, {{0, "x", 0, 0, 0}}}, 20), HasSubstr("P #"));
}

TEST(GanttText, ShowsNoControlCharacters) {
  GanttChart chart{"",
                   "",
                   {"\x1b[31m"},
                   {{0,
                     "\x07\x1b"
                     "abc",
                     0, 10, 0}}};
  EXPECT_THAT(ganttText(chart), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ganttSvg(chart), Not(HasSubstr("\x1b")));
}

TEST(GanttSvg, EscapesNames) {
  GanttChart chart{"a & b", "us", {"<P>"}, {{0, "\"x\"", 0, 10, 0}}};
  std::string svg = ganttSvg(chart);
  EXPECT_THAT(svg, HasSubstr(">a &amp; b<"));
  EXPECT_THAT(svg, HasSubstr("&lt;P&gt;"));
  EXPECT_THAT(svg, HasSubstr("<title>&quot;x&quot;: 0 to 10 us</title>"));
  EXPECT_THAT(svg, Not(HasSubstr("<P>")));
}

TEST(GanttLegend, NumbersTasksForBarsWithoutRoom) {
  GanttChart chart{
      "",
      "us",
      {"P"},
      {{0, "long name", 5, 6, 2, 2}, {0, "long name", 0, 5, 1, 1}, {0, "b", 6, 10'000, 0}}};
  chart.colours = "frame";
  chart.note = "costs measured <then>";
  GanttLegend legend(chart);
  EXPECT_EQ(legend.entries(), (std::vector<std::string>{"1 long name", "2 b"}));
  EXPECT_EQ(legend.textsOf(chart.bars[0]), (std::vector<std::string>{"long name #2", "1#2", "1"}));
  EXPECT_EQ(legend.textsOf(chart.bars[2]), (std::vector<std::string>{"b", "2"}));
  EXPECT_EQ(legend.remark(), "1#1 is task 1 of frame #1, one colour a frame, times in us");
  std::string svg = ganttSvg(chart);
  EXPECT_THAT(svg, HasSubstr(">2 b</text>"));
  EXPECT_THAT(svg, HasSubstr(">costs measured &lt;then&gt;</text>"));
  EXPECT_THAT(svg, HasSubstr(", one colour a frame, times in us</text>"));
}

TEST(GanttLegend, KeepsTheNumbersThatItIsGiven) {
  GanttChart chart{"", "", {"P"}, {{0, "late", 0, 1, 0}, {0, "new", 1, 2, 0}}};
  chart.tasks = {"early", "late"};
  EXPECT_EQ(GanttLegend(chart).entries(), (std::vector<std::string>{"2 late", "3 new"}));
}

TEST(GanttOf, ToldInMillisecondsWhereTimesAreLong) {
  TaskGraph graph = topcuogluGraph();
  Plan plan = *allSchedulers().run("heft", graph);
  EXPECT_EQ(ganttOf(graph, plan, "us").title, "heft: makespan 80 us, bound 63 us");
  for (Task &task : graph.tasks)
    for (double &cost : task.cost)
      cost *= 100;
  for (TaskEdge &edge : graph.edges)
    edge.cost *= 100;
  GanttChart chart = ganttOf(graph, *allSchedulers().run("heft", graph), "us");
  EXPECT_EQ(chart.unit, "ms");
  EXPECT_EQ(chart.title, "heft: makespan 8 ms, bound 6.3 ms");
  EXPECT_DOUBLE_EQ(ganttEnd(chart), 8);
}

TEST(GanttOf, ShowsPathsAndAllOverlapOfWhatRepeats) {
  TaskGraph graph = graphOf({{5, kCannotRun}, {kCannotRun, 5}}, {{1, 2, 4}});
  graph.links.assign(2, std::vector<Link>(2, {0, 0, 0}));
  ScheduleOptions options;
  options.objective = Objective::kThroughput;
  Result<Plan> plan = allSchedulers().run("throughput", graph, options);
  ASSERT_TRUE(plan.ok());
  GanttChart chart = ganttOf(graph, *plan);
  EXPECT_EQ(chart.lanes, (std::vector<std::string>{"P1", "P2", "path 0"}));
  EXPECT_EQ(chart.title, "throughput: interval 5, optimal");
  EXPECT_EQ(ganttText(chart, 57), "P1     [T1 #1==][T1 #2=][T1 #3==][T1 #4=]................\n"
                                  "P2     ................[T2 #1=][T2 #2==][T2 #3=][T2 #4==]\n"
                                  "path 0 .........[T1 #1].[T1 #2]..[T1 #3].[T1 #4].........\n"
                                  "       0                10               20\n");
}

/// Links of three processors, of which two have one memory.
TEST(GanttOf, NamesAPathByTheProcessorThatItLeadsTo) {
  TaskGraph graph = graphOf({{5, 5, kCannotRun}, {kCannotRun, kCannotRun, 5}}, {{1, 2, 4}});
  graph.links.assign(3, std::vector<Link>(3));
  for (size_t core : {0, 1})
    graph.links[core][2].path = graph.links[2][core].path = 4;
  Result<Plan> plan = allSchedulers().run("heft", graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(ganttOf(graph, *plan).lanes.back(), "path P3");
}

} // namespace
} // namespace tandem::test
