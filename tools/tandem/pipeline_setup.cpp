#include "tools/tandem/pipeline_setup.h"

#include "base/file.h"
#include "pipeline/plan/devices.h"
#include "pipeline/plan/measured_graph.h"
#include "pipeline/plan/profile_application.h"
#include "pipeline/schedulers/gantt.h"
#include "pipeline/schedulers/scheduler.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/output_place.h"

#include <algorithm>
#include <fstream>
#include <numeric>

namespace tandem {
namespace {

/// Frames that costs are measured on: so many of each video, and of all inputs together at most.
constexpr int64_t kFramesOfAVideo = 30;
constexpr size_t kMostFrames = 100;
/// Kept by each device for a trace; older ones make room.
constexpr size_t kTraceEvents = 200'000;
/// Shown by a chart of a measured run: more bars than that nobody can read.
constexpr int64_t kChartFrames = 12;

/// The processor's name as the system has it.
std::string machineName() {
  std::ifstream file("/proc/cpuinfo");
  std::string line, name = "this machine";
  while (std::getline(file, line))
    if (size_t colon = line.find(": "); line.starts_with("model name") && colon != line.npos) {
      name = line.substr(colon + 2);
      break;
    }
  return name + ", " + std::to_string(usableCores().size()) + " cores";
}

/// Frames all over the inputs, so that what enters and leaves is seen.
Result<std::vector<Image>> sampleFrames(const std::vector<std::string> &inputs) {
  std::vector<Image> frames;
  FrameInput input(inputs);
  InputFrame frame;
  while (frames.size() < kMostFrames) {
    TANDEM_ASSIGN_OR_RETURN(bool more, input.next(frame));
    if (!more)
      break;
    int64_t apart = std::max<int64_t>(1, input.frames() / kFramesOfAVideo);
    if (frame.number % apart == 0)
      frames.push_back(std::move(frame.image));
  }
  return frames;
}

/// One device of each kind, and a second core where there is one.
ProfileOptions whatToMeasure(const std::vector<PipelineDevice> &devices) {
  ProfileOptions options;
  auto kindIsIn = [](const std::vector<PipelineDevice> &list, const PipelineDevice &device) {
    return std::ranges::find(list, device.kind, &PipelineDevice::kind) != list.end();
  };
  for (const PipelineDevice &device : devices)
    if (!kindIsIn(options.devices, device))
      options.devices.push_back(device);
    else if (!kindIsIn(options.partners, device))
      options.partners.push_back(device);
  options.machine = machineName();
  return options;
}

Result<Plan> scheduleGraph(const AppGraph &graph, const PipelineSetup &setup) {
  ScheduleOptions options;
  SchedulerChoice choice =
      allSchedulers().choose(setup.scheduler, setup.objective, Objective::kThroughput);
  options.objective = choice.objective;
  bool throughput = choice.objective == Objective::kThroughput;
  options.mostFramesInFlight = throughput ? setup.framesInFlight : 0;
  options.mostLatency = throughput ? setup.latencyMs * 1e3 : 0;
  TANDEM_ASSIGN_OR_RETURN(Plan plan, allSchedulers().run(choice.name, graph.graph, options));
  double periodUs = setup.framesPerSecond > 0 ? 1e6 / setup.framesPerSecond : 0;
  TANDEM_RETURN_IF_ERROR(requirePace(graph.graph, plan, periodUs, setup.latencyMs * 1e3));
  return plan;
}

/// The same; errors are about the application.
Result<Plan> scheduleFor(const OpenedApp &app, const AppGraph &graph, const PipelineSetup &setup) {
  Result<Plan> plan = scheduleGraph(graph, setup);
  if (!plan.ok())
    return Error(plan.error().code, app.parts.app.path, plan.error().message);
  return plan;
}

/// A plan of the application's tasks on as many of the cores as may be used and the profile's other
/// processors.
Result<PlannedApp> planOn(const OpenedApp &app, const PipelineSetup &setup,
                          const DeviceProfile &profile, std::vector<int> cores, bool pin,
                          const CostSources &sources) {
  if (setup.cores)
    cores.resize(std::min(cores.size(), setup.cores));
  PlannedApp planned;
  planned.tasks = tasksOf(app.parts.app, app.parts.runners);
  planned.devices = devicesFor(planned.tasks, profile, cores, pin);
  TANDEM_ASSIGN_OR_RETURN(planned.graph, taskGraphOf(app.parts.app, planned.tasks,
                                                     app.parts.runners, planned.devices, sources));
  TANDEM_ASSIGN_OR_RETURN(planned.plan, scheduleFor(app, planned.graph, setup));
  return planned;
}

/// How many CPU cores the profile has; they are numbered from 0.
std::vector<int> coresOf(const DeviceProfile &profile) {
  int count = 0;
  for (const Processor &processor : profile.processors)
    if (processor.backend == "cpu")
      count += processor.count;
  std::vector<int> cores(static_cast<size_t>(std::max(count, 1)));
  std::iota(cores.begin(), cores.end(), 0);
  return cores;
}

GanttChart chartOf(const Trace &trace, int64_t first, int64_t last) {
  GanttChart chart;
  chart.title = trace.name + (trace.simulated ? ", simulated" : ", measured");
  chart.unit = "us";
  chart.lanes = trace.lanes;
  std::vector<TraceBar> bars = barsOf(trace, first, last);
  double start = bars.empty() ? 0 : bars.front().start;
  for (const TraceBar &bar : bars)
    start = std::min(start, bar.start);
  for (const TraceBar &bar : bars) {
    auto lane = std::ranges::find(trace.lanes, bar.lane);
    chart.bars.push_back({static_cast<size_t>(lane - trace.lanes.begin()), bar.label,
                          bar.start - start, bar.finish - start, static_cast<size_t>(bar.frame)});
  }
  return chart;
}

} // namespace

std::vector<CLI::Option *> addPipelineOptions(CLI::App &command, PipelineSetup &setup, bool runs) {
  if (runs)
    command.add_flag("--pipeline", setup.enabled,
                     "application: frames overlap, spread over cores and devices as planned");
  std::vector<CLI::Option *> options = {
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
          .add_option("--frames-in-flight", setup.framesInFlight,
                      "frames that are worked on at a time, at most")
          ->check(CLI::Range(1, 1000)),
      command.add_option("--cores", setup.cores, "cores to use, at most")
          ->check(CLI::Range(1, 1024)),
      command
          .add_option("--costs", setup.costs,
                      "a file that 'tandem profile' wrote of the application [default: the "
                      "cache's, which 'tandem profile APP FRAMES' measures anew]")
          ->check(notEmpty()),
      command.add_option("--svg", setup.svg, "draw the Gantt chart into this file")
          ->check(notEmpty())};
  if (!runs)
    return options;
  options.push_back(
      command.add_flag("--drop-oldest", setup.dropOldest,
                       "pipeline: of frames that wait, the oldest makes room for a new one"));
  options.push_back(command
                        .add_option("--trace", setup.trace,
                                    "pipeline: write what ran when, for Perfetto or "
                                    "chrome://tracing")
                        ->check(notEmpty()));
  return options;
}

Result<std::string> placeOfCosts(const OpenedApp &app) {
  return cachePlace("profiles", app.parts.app.name + ".json", app.identity + machineName());
}

Result<AppProfile> measureCosts(const OpenedApp &app, const StepTable &table,
                                const std::vector<std::string> &inputs) {
  if (inputs.empty())
    return Error(Code::kNotFound, app.parts.app.path,
                 "nothing is known of its costs on this machine, give pictures or a video to "
                 "measure them on");
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  TANDEM_ASSIGN_OR_RETURN(std::vector<Image> frames, sampleFrames(inputs));
  AppTasks tasks = tasksOf(app.parts.app, app.parts.runners);
  WorkReport report = app.report ? app.report : [](auto &&...) {};
  std::string title = "profile " + app.parts.app.name;
  report(title,
         "measuring its tasks on " + std::to_string(frames.size()) +
             (frames.size() == 1 ? " frame" : " frames"),
         0.5);
  Result<AppProfile> costs = profileApplication(
      app.parts, table, frames, whatToMeasure(devicesFor(tasks, profile, usableCores())));
  report(title, "", 1);
  return costs;
}

Result<AppProfile> costsHere(const OpenedApp &app, const StepTable &table, const std::string &file,
                             const std::vector<std::string> &inputs) {
  if (!file.empty()) {
    TANDEM_ASSIGN_OR_RETURN(AppProfile costs, loadAppProfile(file));
    if (costs.application != app.parts.app.name)
      return Error(Code::kInvalidArgument, file, "has the costs of application '",
                   costs.application, "', not of '", app.parts.app.name, "'");
    return costs;
  }
  TANDEM_ASSIGN_OR_RETURN(std::string place, placeOfCosts(app));
  if (Result<AppProfile> known = loadAppProfile(place); known.ok())
    return known;
  TANDEM_ASSIGN_OR_RETURN(AppProfile costs, measureCosts(app, table, inputs));
  TANDEM_RETURN_IF_ERROR(saveAppProfile(place, costs));
  return costs;
}

Result<PlannedApp> planHere(const OpenedApp &app, const StepTable &table,
                            const PipelineSetup &setup, const std::vector<std::string> &inputs) {
  TANDEM_ASSIGN_OR_RETURN(AppProfile costs, costsHere(app, table, setup.costs, inputs));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  CostSources sources;
  sources.measured = &costs;
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned,
                          planOn(app, setup, profile, usableCores(), /*pin=*/true, sources));
  planned.machine = machineName();
  return planned;
}

Result<PlannedApp> planForDevice(const OpenedApp &app, const StepTable &table,
                                 const PipelineSetup &setup,
                                 const std::vector<std::string> &inputs) {
  TANDEM_ASSIGN_OR_RETURN(AppProfile here, costsHere(app, table, setup.costs, inputs));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile host, findProfile("host"));
  CostSources sources;
  sources.model = &profile;
  sources.elsewhere = &here;
  sources.elsewhereModel = &host;
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned,
                          planOn(app, setup, profile, coresOf(profile), /*pin=*/false, sources));
  planned.machine = profile.title + (profile.modelled ? ", modelled" : "");
  return planned;
}

Result<PlannedApp> planApp(const OpenedApp &app, const StepTable &table, const PipelineSetup &setup,
                           const std::vector<std::string> &inputs) {
  return app.device == "host" ? planHere(app, table, setup, inputs)
                              : planForDevice(app, table, setup, inputs);
}

Status AppExecutor::writeTraces(const PipelineSetup &setup) const {
  if (!pipelined_ || (setup.trace.empty() && setup.svg.empty()))
    return {};
  Trace trace = pipelined_->trace();
  if (!setup.trace.empty())
    TANDEM_RETURN_IF_ERROR(writeTrace(setup.trace, trace));
  if (setup.svg.empty())
    return {};
  // From the middle of the run, where it is in its stride.
  int64_t frames = trace.events.empty() ? 0 : trace.events.back().frame;
  int64_t first = std::max<int64_t>(1, frames / 2);
  return writeFileAtomically(setup.svg, ganttSvg(chartOf(trace, first, first + kChartFrames - 1)));
}

Status checkTracePlaces(const AppOptions &app, const PipelineSetup &setup,
                        std::vector<std::string> inputs) {
  inputs.push_back(app.file);
  inputs.push_back(setup.costs);
  for (const std::string &model : app.models)
    inputs.push_back(splitNameValue(model).second);
  if (!setup.trace.empty() && setup.trace == setup.svg)
    return Error(Code::kInvalidArgument, setup.svg, "cannot take both the trace and the chart");
  if (!setup.trace.empty())
    TANDEM_RETURN_IF_ERROR(checkOutputPlace(setup.trace, "the trace", inputs));
  return setup.svg.empty() ? Status() : checkOutputPlace(setup.svg, "the chart", inputs);
}

Result<AppExecutor> makeAppExecutor(OpenedApp app, const StepTable &table,
                                    const PipelineSetup &setup,
                                    const std::vector<std::string> &inputs) {
  if (!setup.enabled) {
    TANDEM_ASSIGN_OR_RETURN(auto executor, makeSequentialExecutor(std::move(app.parts), table));
    return AppExecutor(std::move(executor));
  }
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned, planHere(app, table, setup, inputs));
  PipelineOptions options;
  options.plan = planned.plan;
  options.devices = planned.devices;
  options.framesInFlight = setup.framesInFlight;
  options.whenFull = setup.dropOldest ? WhenFull::kDropOldest : WhenFull::kWait;
  options.traceEvents = setup.trace.empty() && setup.svg.empty() ? 0 : kTraceEvents;
  TANDEM_ASSIGN_OR_RETURN(auto executor,
                          makePipelinedExecutor(std::move(app.parts), table, std::move(options)));
  return AppExecutor(std::move(executor), std::move(planned));
}

} // namespace tandem
