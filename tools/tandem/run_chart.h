#pragma once

#include "pipeline/schedulers/gantt.h"
#include "pipeline/trace/trace.h"

namespace tandem {

/// What ran when, as the chart of a plan has it: the same lanes, task numbers and colours of
/// frames, the thread that feeds the pipeline beside them. Of the run's middle, where it is in its
/// stride, the time of as many frames as there is room for the bars of; what reaches beyond is left
/// out.
GanttChart runChart(const Trace &trace);

} // namespace tandem
