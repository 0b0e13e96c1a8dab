#include "tools/tandem/pipeline_setup.h"

#include "base/file.h"
#include "pipeline/plan/devices.h"
#include "pipeline/plan/measured_graph.h"
#include "pipeline/plan/plan_graph.h"
#include "tools/tandem/app_costs.h"
#include "tools/tandem/gantt_picture.h"
#include "tools/tandem/run_chart.h"
#include "tools/tandem/split_search.h"
#include "tools/tandem/written.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace tandem {
namespace {

double deadlineMsOf(const PipelineSetup &setup, const Application &app) {
  return setup.deadlineMs > 0 ? setup.deadlineMs : app.deadlineMs;
}

/// The least of two limits of which 0 is none.
double leastLimit(double a, double b) {
  return a <= 0 || b <= 0 ? std::max(a, b) : std::min(a, b);
}

PlanWishes wishesOf(const PipelineSetup &setup) {
  return {.scheduler = setup.scheduler,
          .objective = setup.objective,
          .periodUs = setup.framesPerSecond > 0 ? 1e6 / setup.framesPerSecond : 0,
          .latencyUs = leastLimit(setup.latencyMs, setup.deadlineMs) * 1e3,
          .framesInFlight = setup.framesInFlight,
          .bytes = setup.memoryMiB * (1 << 20)};
}

/// Errors are about the application.
Result<Plan> scheduleFor(const OpenedApp &app, const AppGraph &graph, const PipelineSetup &setup) {
  Result<Plan> plan = planGraph(graph.graph, wishesOf(setup));
  if (!plan.ok())
    return Error(plan.error().code, app.parts.app.path, plan.error().message);
  return plan;
}

/// A plan of the application's tasks on as many of the cores as may be used and the profile's other
/// processors.
Result<PlannedApp> planOn(const OpenedApp &app, const StepTable &table, PipelineSetup setup,
                          const DeviceProfile &profile, std::vector<CpuCluster> clusters,
                          CostSources sources) {
  setup.deadlineMs = deadlineMsOf(setup, app.parts.app);
  if (setup.cores)
    clusters = firstCores(std::move(clusters), setup.cores);
  TANDEM_ASSIGN_OR_RETURN(ValueSizes sizes, valueSizesOf(app.parts, table));
  sources.sizes = &sizes;
  sources.readsFrames = setup.readsFrames;
  sources.arrivalPeriodUs = setup.arrivalFps > 0 ? 1e6 / setup.arrivalFps : 0;
  PlannedApp planned;
  planned.tasks = tasksOf(app.parts.app, app.parts.runners, &sizes);
  planned.devices = devicesFor(planned.tasks, profile, clusters);
  TANDEM_ASSIGN_OR_RETURN(planned.graph, taskGraphOf(app.parts.app, planned.tasks,
                                                     app.parts.runners, planned.devices, sources));
  auto start = std::chrono::steady_clock::now();
  TANDEM_ASSIGN_OR_RETURN(planned.plan, scheduleFor(app, planned.graph, setup));
  planned.planningMs =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return planned;
}

std::string wordsOf(const AppProfile &costs) {
  return "measured " + (costs.measuredAt.empty() ? "" : costs.measuredAt + " ") + "on " +
         costs.machine + ", " + std::to_string(costs.frames) +
         (costs.frames == 1 ? " frame" : " frames");
}

Result<PlannedApp> planHere(const OpenedApp &app, const StepTable &table,
                            const PipelineSetup &setup, const std::vector<std::string> &inputs,
                            bool quickly) {
  TANDEM_ASSIGN_OR_RETURN(AppProfile costs, costsHere(app, table, setup.costs, inputs, quickly));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  CostSources sources;
  sources.measured = &costs;
  sources.cores = usableCores().size();
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned,
                          planOn(app, table, setup, profile, clustersOf(usableCores()), sources));
  planned.machine = machineName();
  planned.costs = wordsOf(costs);
  return planned;
}

Result<PlannedApp> planForDevice(const OpenedApp &app, const StepTable &table,
                                 const PipelineSetup &setup, const std::vector<std::string> &inputs,
                                 bool quickly) {
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  TANDEM_ASSIGN_OR_RETURN(std::vector<CpuCluster> clusters, clustersOf(profile));
  TANDEM_ASSIGN_OR_RETURN(AppProfile here, costsHere(app, table, setup.costs, inputs, quickly));
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile host, findProfile("host"));
  CostSources sources;
  sources.model = &profile;
  sources.elsewhere = &here;
  sources.elsewhereModel = &host;
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned,
                          planOn(app, table, setup, profile, std::move(clusters), sources));
  planned.machine = profile.title + (profile.modelled ? ", modelled" : "");
  planned.costs = wordsOf(here);
  return planned;
}

/// All that a plan depends on beside the costs.
std::string limitsText(const PipelineSetup &setup, bool here) {
  std::ostringstream text;
  text << setup.objective << " " << setup.scheduler << " " << setup.latencyMs << " "
       << setup.deadlineMs << " " << setup.arrivalFps << " " << setup.framesInFlight << " "
       << setup.memoryMiB << " " << setup.cores << " " << setup.readsFrames << " " << here;
  return text.str();
}

/// For this machine, or for the device that the models were compiled for.
Result<SplitPlan> planSplitting(const OpenedApp &app, const StepTable &table,
                                const PipelineSetup &setup, const std::vector<std::string> &inputs,
                                bool here) {
  PlanOf plan = [&](const OpenedApp &candidate, bool quickly) {
    return here ? planHere(candidate, table, setup, inputs, quickly)
                : planForDevice(candidate, table, setup, inputs, quickly);
  };
  if (!setup.wholeRegions && setup.costs.empty()) { // those are of the models as they are
    TANDEM_ASSIGN_OR_RETURN(std::string place, placeOfSplit(app, limitsText(setup, here)));
    return planWithBestSplit(app, plan, place);
  }
  TANDEM_ASSIGN_OR_RETURN(PlannedApp planned, plan(app, /*quickly=*/false));
  return SplitPlan{std::move(planned)};
}

} // namespace

Status checkPlanDevice(const std::string &device) {
  if (device.empty() || device == "host")
    return {};
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(device));
  Status cores = clustersOf(profile).status();
  return cores.ok() ? cores : Error(cores.error().code, device, cores.error().message);
}

Result<PlannedApp> planApp(const OpenedApp &app, const StepTable &table, const PipelineSetup &setup,
                           const std::vector<std::string> &inputs) {
  TANDEM_ASSIGN_OR_RETURN(SplitPlan split,
                          planSplitting(app, table, setup, inputs, app.device == "host"));
  return std::move(split.planned);
}

// ---- planning again

static DriftOptions driftOptions(const PipelineSetup &setup) {
  DriftOptions options;
  options.period = std::chrono::microseconds(std::llround(setup.replanMs * 1e3));
  return options;
}

Replanner::Replanner(PipelinedExecutor &executor, const PlannedApp &planned,
                     const PipelineSetup &setup)
    : executor_(executor), graph_(planned.graph), lastGraph_(graph_.graph),
      devices_(planned.devices), tasks_(planned.tasks.tasks.size()), setup_(setup),
      watcher_(
          executor, [this](std::span<const TaskTime> times) { return makePlan(times); },
          driftOptions(setup)) {}

std::optional<Plan> Replanner::makePlan(std::span<const TaskTime> times) {
  AppGraph measured = graph_;
  Plan old = executor_.plan();
  measured.graph = withMeasuredTimes(std::move(measured.graph), devices_,
                                     withoutContention(times, lastGraph_, old));
  Result<Plan> plan = planGraphAgain(measured.graph, wishesOf(setup_));
  if (!plan.ok())
    return std::nullopt; // the old one is still one
  std::vector<double> drift = driftOf(old, times, devices_.size(), DriftOptions().leastRuns);
  auto most = std::ranges::max_element(
      drift, {}, [](double ratio) { return std::abs(std::log(std::max(ratio, 1e-9))); });
  lastGraph_ = measured.graph;
  std::lock_guard lock(mutex_);
  if (!std::exchange(told_, true)) {
    std::array<char, 400> text;
    std::snprintf(
        text.data(), text.size(),
        "tasks on %s take %.2f times what was planned; planned again: %.2f ms a frame "
        "in place of %.2f (said once, a trace has them all); %s",
        devices_[static_cast<size_t>(most - drift.begin())].name.c_str(), *most,
        plan->interval / 1e3, old.interval / 1e3,
        setup_.drawsFrames
            ? "drawing and writing frames, which no plan has, takes time of the same cores"
            : "the costs no longer hold, 'tandem profile' measures them again");
    notice_ = text.data();
  }
  return planOfApplication(*plan, measured.graph, tasks_);
}

std::optional<std::string> Replanner::takeNotice() {
  std::lock_guard lock(mutex_);
  return std::exchange(notice_, std::nullopt);
}

// ---- executors

AppExecutor::AppExecutor(std::unique_ptr<PipelinedExecutor> executor, PlannedApp planned,
                         const PipelineSetup &setup)
    : pipelined_(executor.get()), executor_(std::move(executor)), planned_(std::move(planned)),
      capacity_(setup.framesInFlight ? std::min(setup.framesInFlight, executor_->capacity())
                                     : executor_->capacity()) {
  if (setup.replanMs > 0)
    replanner_ = std::make_unique<Replanner>(*pipelined_, *planned_, setup);
}

void AppExecutor::setDeadlineMs(double ms) {
  deadlineMs_ = ms;
  if (ms > 0 && planned_)
    capacity_ = std::min(capacity_, std::max<size_t>(1, planned_->plan.framesInFlight));
}

Status AppExecutor::writeTraces(const PipelineSetup &setup, const FeederLog &feeder) const {
  if (!pipelined_ || !setup.records())
    return {};
  Trace trace = pipelined_->trace();
  feeder.addTo(trace);
  if (!setup.trace.empty())
    TANDEM_RETURN_IF_ERROR(writeTrace(setup.trace, trace));
  sayWritten(setup.trace);
  return writeCharts(runChart(trace), setup.svg, setup.png);
}

Result<AppExecutor> makeAppExecutor(OpenedApp app, const StepTable &table,
                                    const PipelineSetup &setup,
                                    const std::vector<std::string> &inputs) {
  double deadlineMs = deadlineMsOf(setup, app.parts.app);
  if (!setup.enabled) {
    TANDEM_ASSIGN_OR_RETURN(auto sequential, makeSequentialExecutor(std::move(app.parts), table));
    AppExecutor executor(std::move(sequential));
    executor.setDeadlineMs(deadlineMs);
    return executor;
  }
  TANDEM_ASSIGN_OR_RETURN(SplitPlan split, planSplitting(app, table, setup, inputs, /*here=*/true));
  PlannedApp planned = std::move(split.planned);
  if (split.app)
    app = *std::move(split.app);
  PipelineOptions options;
  options.plan = planOfApplication(planned.plan, planned.graph.graph, planned.tasks.tasks.size());
  options.devices = planned.devices;
  options.framesInFlight = setup.framesInFlight;
  options.whenFull = setup.dropOldest ? WhenFull::kDropOldest : WhenFull::kWait;
  options.traceEvents = setup.records() ? kTraceEvents : 0;
  TANDEM_ASSIGN_OR_RETURN(auto pipelined,
                          makePipelinedExecutor(std::move(app.parts), table, std::move(options)));
  PipelineSetup again = setup;
  again.deadlineMs = deadlineMs;
  AppExecutor executor(std::move(pipelined), std::move(planned), again);
  executor.setDeadlineMs(deadlineMs);
  return executor;
}

} // namespace tandem
