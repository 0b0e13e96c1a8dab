#include "tools/tandem/pipeline_options.h"

#include "pipeline/schedulers/scheduler.h"
#include "tools/tandem/command.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/video.h"

#include <algorithm>

namespace tandem {
namespace {

std::vector<CLI::Option *> addPlanOptions(CLI::App &command, PipelineSetup &setup) {
  return {
      command
          .add_option("--objective", setup.objective,
                      "what the plan makes least: the time between frames, or that of one frame "
                      "[default: throughput, or what the scheduler is for]")
          ->check(CLI::IsMember({"throughput", "latency"})),
      command
          .add_option("--scheduler", setup.scheduler, "who plans [default: throughput, or best]")
          ->check(CLI::IsMember(allSchedulers().names())),
      command
          .add_option("--fps", setup.framesPerSecond, "frames a second that the plan must reach")
          ->check(numberWithin(1e-3, 1e6)),
      command.add_option("--latency", setup.latencyMs, "ms of a frame that the plan must keep to")
          ->check(numberWithin(1e-3, 1e9)),
      command
          .add_option("--arrival", setup.arrival,
                      "frames a second that come, as from a camera, or video: at the first "
                      "video's rate [default: the next one is always there]")
          ->check((numberWithin(1e-3, 1e6) | CLI::IsMember({"video"}))
                      .description("0.001 to 1e+06, or video")),
      command
          .add_option("--frames-in-flight", setup.framesInFlight,
                      "frames that are worked on at a time, at most")
          ->check(CLI::Range(1, 1000)),
      command
          .add_option("--memory", setup.memoryMiB, "MiB that all frames in flight hold, at most")
          ->check(numberWithin(1e-3, 1e9)),
      command.add_option("--cores", setup.cores, "cores to use, at most")
          ->check(CLI::Range(1, 1024)),
      command.add_flag("--whole-regions", setup.wholeRegions,
                       "leave an accelerator all that was placed on it [default: where it is the "
                       "bottleneck, a model is compiled again with a part of that on the CPU]"),
      command
          .add_option("--costs", setup.costs,
                      "a file that 'tandem profile' wrote of the application [default: the "
                      "cache's, which 'tandem profile APP FRAMES' measures anew]")
          ->check(notEmpty()),
      command.add_option("--svg", setup.svg, "draw the Gantt chart into this file")
          ->check(notEmpty()),
      command.add_option("--png", setup.png, "the same as a PNG picture")->check(notEmpty())};
}

} // namespace

std::vector<CLI::Option *> addPipelineOptions(CLI::App &command, PipelineSetup &setup, bool runs) {
  if (runs)
    command.add_flag("--pipeline", setup.enabled,
                     "application: frames overlap, spread over cores and devices as planned");
  std::vector<CLI::Option *> options = addPlanOptions(command, setup);
  if (runs)
    options.push_back(command
                          .add_option("--trace", setup.trace,
                                      "pipeline: write what ran when, for Perfetto or "
                                      "chrome://tracing")
                          ->check(notEmpty()));
  return options;
}

std::vector<CLI::Option *> addFrameOptions(CLI::App &command, PipelineSetup &setup) {
  return {
      command.add_flag("--drop-oldest", setup.dropOldest,
                       "pipeline: of frames that wait, the oldest makes room for a new one"),
      command
          .add_option("--deadline", setup.deadlineMs,
                      "pipeline: ms after which what has not begun of a frame is left out "
                      "[default: as the application says]")
          ->check(numberWithin(1e-3, 1e9)),
      command
          .add_option("--priority", setup.priorities,
                      "pipeline: INPUT=N, frames of the picture or video INPUT go before those "
                      "with a lower N [default: 0]")
          ->allow_extra_args(false),
      command
          .add_option("--replan", setup.replanMs,
                      "pipeline: ms between looks at what tasks take, to plan again when that has "
                      "changed; 0: never")
          ->check(numberWithin(0, 1e9))
          ->capture_default_str()};
}

Status settleArrival(PipelineSetup &setup, const std::vector<std::string> &inputs) {
  if (setup.arrival.empty())
    return {};
  if (setup.arrival != "video") {
    setup.arrivalFps = std::stod(setup.arrival);
    return {};
  }
  auto video = std::ranges::find_if(inputs, isVideo);
  if (video == inputs.end())
    return Error(Code::kInvalidArgument, "", "--arrival video needs a video among the inputs");
  TANDEM_ASSIGN_OR_RETURN(auto reader, VideoReader::open(*video));
  setup.arrivalFps = reader->framesPerSecond();
  return {};
}

Status checkPlanOptions(const PipelineSetup &setup) {
  SchedulerChoice choice =
      allSchedulers().choose(setup.scheduler, setup.objective, Objective::kThroughput);
  TANDEM_RETURN_IF_ERROR(allSchedulers().check(choice));
  if (setup.memoryMiB > 0 && choice.objective == Objective::kLatency)
    return Error(Code::kInvalidArgument, "", "--memory is for --objective throughput only");
  return {};
}

Status checkTracePlaces(const AppOptions &app, const PipelineSetup &setup,
                        std::vector<std::string> inputs) {
  inputs.push_back(app.file);
  inputs.push_back(setup.costs);
  for (const std::string &model : app.models)
    inputs.push_back(splitNameValue(model).second);
  return checkOutputPlaces({{setup.trace, "the trace"},
                            {setup.svg, "the chart"},
                            {setup.png, "the picture of the chart"}},
                           inputs);
}

} // namespace tandem
