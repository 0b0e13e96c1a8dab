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

/// The times as they would be if nothing else asked for the memory, which is what a task graph has:
/// less by as much as the plan that they were taken under gives tasks more for it. Pure.
std::vector<TaskTime> withoutContention(std::span<const TaskTime> times, const TaskGraph &graph,
                                        const Plan &plan);

/// Refuses a rate or a latency that the plan does not reach, saying what stands in the way and the
/// best possible: the busiest device with its longest tasks, and whether another plan could (the
/// plan's bound). Microseconds, a latency from a frame's submission on, as deadlines count: reading
/// it comes before; 0: nothing is asked. Errors: kUnsupported.
Status requirePace(const TaskGraph &graph, const Plan &plan, double periodUs, double latencyUs);

/// What a plan's makespan may be for such a latency; 0: anything.
double mostMakespan(const TaskGraph &graph, double latencyUs);

/// Refuses a latency that no plan found keeps to, naming the stages that a frame waits for longest
/// and the best possible: before a plan for throughput is sought under that limit. Microseconds; 0:
/// nothing is asked. Errors: kUnsupported.
Status requireLatencyOfSomePlan(const TaskGraph &graph, double latencyUs);

} // namespace tandem
