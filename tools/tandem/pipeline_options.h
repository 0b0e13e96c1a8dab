#pragma once

#include "tools/tandem/app_loading.h"

#include <string>
#include <vector>

namespace tandem {

/// What the user says about how frames overlap.
struct PipelineSetup {
  bool enabled = false;                      ///< else one step after another
  std::string objective, scheduler;          ///< empty: throughput, and what goes with the other
  double framesPerSecond = 0, latencyMs = 0; ///< that must be reached; 0: nothing is asked
  std::string arrival;       ///< a number, or "video": see settleArrival(); empty: none
  double arrivalFps = 0;     ///< frames come at this rate; 0: the next one is always there
  size_t framesInFlight = 0; ///< at most; 0: as many as are of use
  double memoryMiB = 0;      ///< of all frames in flight, at most; 0: no limit
  size_t cores = 0;          ///< at most; 0: all that this process may use
  bool wholeRegions =
      false; ///< no model is split so that the CPU has a part of what an accelerator does
  bool dropOldest = false;             ///< of waiting frames, rather than make them wait
  double deadlineMs = 0;               ///< of a frame; 0: as the application says
  std::vector<std::string> priorities; ///< INPUT=N: of the frames of one input
  double replanMs = 500;       ///< between two looks at what tasks take; 0: the first plan stays
  std::string costs;           ///< a file of 'tandem profile'; empty: the cache's
  std::string trace, svg, png; ///< files to write; empty: none
  /// The feeding thread reads frames while the pipeline runs, so that its plan has to have that.
  bool readsFrames = true;
  /// It draws and writes them as well, which no plan has.
  bool drawsFrames = false;

  /// Whether what runs when is to be written.
  bool records() const { return !trace.empty() || !svg.empty() || !png.empty(); }
};

/// Kept by each device for a trace; older ones make room.
inline constexpr size_t kTraceEvents = 200'000;

/// Adds the options that plan, run and bench share, with `runs` those of a measured run too, and
/// gives all but --pipeline itself. `setup` outlives the command.
std::vector<CLI::Option *> addPipelineOptions(CLI::App &command, PipelineSetup &setup, bool runs);
/// Those of a run whose frames come from somewhere.
std::vector<CLI::Option *> addFrameOptions(CLI::App &command, PipelineSetup &setup);

/// Whether what the user says of the plan goes together. Errors: kInvalidArgument.
Status checkPlanOptions(const PipelineSetup &setup);

/// Sets the rate at which frames come: the number that the user gave, or that of the first video.
/// Errors: kInvalidArgument, and what is wrong with the video.
Status settleArrival(PipelineSetup &setup, const std::vector<std::string> &inputs);

/// Whether what the setup writes can be written, and would not replace what is read, or itself: so
/// that a run does not end with it. Errors: kInvalidArgument, kIo.
Status checkTracePlaces(const AppOptions &app, const PipelineSetup &setup,
                        std::vector<std::string> inputs);

} // namespace tandem
