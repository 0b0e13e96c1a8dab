#pragma once

#include "base/result.h"
#include "pipeline/schedulers/gantt.h"

#include <string>

namespace tandem {

/// The chart as ganttSvg() draws it, as a PNG picture's bytes. Errors: kUnavailable, when there is
/// no memory for it.
Result<std::string> ganttPng(const GanttChart &chart);

/// Writes the chart as an SVG and as a PNG picture; an empty path: not. Says so on
/// stderr. Errors: kIo.
Status writeCharts(const GanttChart &chart, const std::string &svg, const std::string &png);

} // namespace tandem
