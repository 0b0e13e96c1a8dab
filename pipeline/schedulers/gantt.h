#pragma once

#include "pipeline/schedulers/plan.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// Something that a lane is busy with. Times in any unit, the same for all bars; not before 0.
struct GanttBar {
  size_t lane = 0; ///< of GanttChart::lanes
  std::string label;
  double start = 0, finish = 0;
  size_t colour = 0;     ///< bars with the same number have the same colour: a frame, a model
  std::string task = {}; ///< as the legend has it; empty: the label
};

/// Who does what when: planned, simulated or measured; says which in its title.
struct GanttChart {
  std::string title;
  std::string unit; ///< "us", or empty
  std::vector<std::string> lanes;
  std::vector<GanttBar> bars;
  std::string colours = {}; ///< what has one, for the legend: "frame"
};

/// For the legend of a picture: what bars without room for their label are marked with.
class GanttLegend {
public:
  explicit GanttLegend(const GanttChart &chart);

  /// "1 faces", "2 face_net", ...: each task once, as they begin, to kMostEntries.
  const std::vector<std::string> &entries() const { return entries_; }
  /// "2"
  std::string markOf(const GanttBar &bar) const;
  /// What colours and times are, in words.
  std::string remark() const;

private:
  static constexpr size_t kMostEntries = 200;
  const GanttChart &chart_;
  std::map<std::string, size_t> numbers_;
  std::vector<std::string> entries_;
};

/// A plan as a chart: a lane a processor, and one for each exclusive path that is used. One frame
/// keeps its colour. Of what repeats, so many rounds that the last one has all overlaps.
GanttChart ganttOf(const TaskGraph &graph, const Plan &plan);

/// Round numbers from 0 to `end`, about `wanted` of them: for an axis of times.
std::vector<double> ganttTicks(double end, size_t wanted);

/// For a terminal `columns` wide: a line a lane, and a line of times. A bar without room for its
/// label has as much of it as fits; bars shorter than a column share it.
std::string ganttText(const GanttChart &chart, size_t columns = 100);

/// As an SVG picture with a legend, UTF-8, names escaped. Every bar says its label and times when
/// pointed at.
std::string ganttSvg(const GanttChart &chart);

} // namespace tandem
