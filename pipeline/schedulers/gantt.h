#pragma once

#include "pipeline/schedulers/plan.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// "object_net (2 of 3) #4": a task of a frame, which are counted from 1. The same wherever it is
/// told of.
std::string taskOfFrame(std::string_view task, size_t frame);

/// Something that a lane is busy with. Times in any unit, the same for all bars; not before 0.
struct GanttBar {
  size_t lane = 0; ///< of GanttChart::lanes
  std::string task;
  double start = 0, finish = 0;
  size_t colour = 0; ///< bars with the same number have the same colour: a frame, a model
  std::optional<size_t> frame = {}; ///< from 1

  std::string label() const { return frame ? taskOfFrame(task, *frame) : task; }
};

/// Who does what when: planned, simulated or measured; says which in its title.
struct GanttChart {
  std::string title;
  std::string unit; ///< "ms", or empty
  std::vector<std::string> lanes;
  std::vector<GanttBar> bars;
  std::string colours = {}; ///< what has one, for the legend: "frame"
  /// As the legend numbers them, so that two charts do it alike; others follow as they begin.
  std::vector<std::string> tasks = {};
  std::string note = {}; ///< a line below all
};

/// For the legend: what bars without room for their label are marked with.
class GanttLegend {
public:
  explicit GanttLegend(const GanttChart &chart);

  /// "1 faces", "2 face_net", ...: each task that has a bar, to kMostEntries.
  const std::vector<std::string> &entries() const { return entries_; }
  /// What may stand in a bar, the longest first: its label, "2#4", "2".
  std::vector<std::string> textsOf(const GanttBar &bar) const;
  /// "2#4 is task 2 of frame #4"; empty: no bar is of a frame.
  const std::string &example() const { return example_; }
  /// That, and what colours and times are, in words.
  std::string remark() const;

private:
  static constexpr size_t kMostEntries = 200;
  std::string numberOf(const GanttBar &bar) const;

  const GanttChart &chart_;
  std::map<std::string, size_t> numbers_;
  std::vector<std::string> entries_;
  size_t tasks_ = 0; ///< that have bars
  std::string example_;
};

/// What times are told in.
struct TimeUnit {
  std::string name;  ///< "ms"; empty: none is known
  double factor = 1; ///< by which they are multiplied
};
/// Milliseconds in place of "us" where the longest time is one or more, else the unit as it is.
TimeUnit readableUnit(const std::string &unit, double longest);
/// That of a plan whose times are in `unit`.
TimeUnit readableUnit(const std::string &unit, const Plan &plan);

/// A plan as a chart: a lane a processor, and one for each exclusive path that is used. One frame
/// keeps its colour. Of what repeats, so many rounds that the last one has all overlaps. `unit`: of
/// the plan's times, "us" or none.
GanttChart ganttOf(const TaskGraph &graph, const Plan &plan, const std::string &unit = "");

/// Round numbers from 0 to `end`, about `wanted` of them: for an axis of times.
std::vector<double> ganttTicks(double end, size_t wanted);
/// The end of the last bar.
double ganttEnd(const GanttChart &chart);

/// For a terminal `columns` wide: a line a lane, a line of times, and where a bar has no room for
/// its label, what its number means. Bars shorter than a column share it.
std::string ganttText(const GanttChart &chart, size_t columns = 100);

/// As an SVG picture with a legend, UTF-8, names escaped. Every bar says its label and times when
/// pointed at.
std::string ganttSvg(const GanttChart &chart);

} // namespace tandem
