#pragma once

#include "pipeline/executor/pipelined.h"

#include <span>

namespace tandem {

/// The graph with what tasks took in the pipeline itself, for a new plan. A task counts on all
/// devices of the kind where it ran; one that did not run on a kind changes as the others of that
/// kind did together, since what makes one slower (heat) makes all slower. Times of fewer than
/// `leastRuns` runs count for nothing. `devices` stand beside the graph's processors. Pure.
TaskGraph withMeasuredTimes(TaskGraph graph, const std::vector<PipelineDevice> &devices,
                            std::span<const TaskTime> times, int64_t leastRuns = 32);

/// Refuses a rate or a latency that the plan does not reach, saying what stands in the way and the
/// best possible: the busiest device with its longest tasks, and whether another plan could (the
/// plan's bound). Microseconds; 0: nothing is asked. Errors: kUnsupported.
Status requirePace(const TaskGraph &graph, const Plan &plan, double periodUs, double latencyUs);

} // namespace tandem
