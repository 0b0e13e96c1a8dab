#pragma once

#include "pipeline/dispatch/frame_line.h"
#include "pipeline/schedulers/plan.h"
#include "pipeline/trace/trace.h"

#include <cstdint>
#include <vector>

namespace tandem {

/// How a task's time depends on the frame. The graph's cost is what it takes on average; a frame's
/// is that times (detections in this frame) / (detections on average), counted where `when` holds.
struct TaskVariation {
  int forEach = -1; ///< index into SimulationOptions::counts; -1: it runs once a frame
  /// Of a task that `when` leaves out now and then: index into SimulationOptions::probabilities.
  int when = -1;
};

struct SimulationOptions {
  size_t frames = 100;
  /// Frames come so far apart; 0: the next one is always there. Less than 0: as the graph says.
  double arrivalPeriod = -1;
  size_t framesInFlight = 0; ///< 0: as the plan says
  size_t waiting = 1;        ///< frames that may wait to begin
  WhenFull whenFull = WhenFull::kWait;
  /// A processor with nothing to run takes what waits on a busy one like it; their data are where
  /// both find them.
  bool steals = true;
  /// Each time is multiplied by a random number from 1 - jitter to 1 + jitter, 0 to 1.
  double jitter = 0;
  uint64_t seed = 1; ///< the same seed gives the same run, on every machine
  std::vector<TaskVariation> variations = {}; ///< beside the tasks; empty: none
  /// By for_each: detections in frames that were seen. Each simulated frame has one of them.
  std::vector<std::vector<int>> counts = {};
  std::vector<double> probabilities = {}; ///< by `when`: that it holds, for each detection
};

/// What a run of a plan would be. Times in the graph's unit.
struct Simulation {
  Trace trace;         ///< labelled simulated; a unit is a microsecond
  size_t finished = 0; ///< frames
  size_t dropped = 0;
  /// Between the ends of frames, in the second half of the run, without the last ones in flight.
  double interval = 0;
  /// From a frame's arrival to its end; of a frame that waits for nobody but the pipeline (no
  /// arrival period): from its beginning.
  double latencyP50 = 0, latencyP95 = 0, latencyLongest = 0;
  std::vector<double> utilisation; ///< by processor: part of the run that it works, 0 to 1
};

/// Runs a plan on a virtual clock: discrete events, the executor's own dispatch
/// (pipeline/dispatch).
///
/// Memory     tasks that run together and ask for more bandwidth than there is share it max-min
///            fairly, as plan.h says; each runs at the speed of the part that it gets.
/// Transfers  data of an edge between unlike processors start when their producer ends, or when
///            their path is free, in the order of the producers' ends; a consumer waits for them.
///            An executor has none of them, it counts them into its tasks.
/// Frames     edges of a distance wait for the frame so many before, where there is one.
/// Errors     kInvalidArgument: a plan that does not fit the graph, options that make no sense.
/// Threads    pure; any thread.
Result<Simulation> simulate(const TaskGraph &graph, const Plan &plan,
                            const SimulationOptions &options);

} // namespace tandem
