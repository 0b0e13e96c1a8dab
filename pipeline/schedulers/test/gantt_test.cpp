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
  GanttChart chart{"",
                   "us",
                   {"P"},
                   {{0, "long name/1", 5, 6, 1, "long name"},
                    {0, "long name/0", 0, 5, 0, "long name"},
                    {0, "b", 6, 10'000, 0}}};
  chart.colours = "frame";
  GanttLegend legend(chart);
  EXPECT_EQ(legend.entries(), (std::vector<std::string>{"1 long name", "2 b"}));
  EXPECT_EQ(legend.markOf(chart.bars[0]), "1");
  EXPECT_EQ(legend.remark(), "one colour a frame, times in us");
  std::string svg = ganttSvg(chart);
  EXPECT_THAT(svg, HasSubstr(">2 b</text>"));
  EXPECT_THAT(svg, HasSubstr(">one colour a frame, times in us</text>"));
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
  EXPECT_EQ(ganttText(chart, 57), "P1     [T1/0===][T1/1==][T1/2===][T1/3==]................\n"
                                  "P2     ................[T2/0==][T2/1===][T2/2==][T2/3===]\n"
                                  "path 0 .........[T1/0=].[T1/1=]..[T1/2=].[T1/3=].........\n"
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
