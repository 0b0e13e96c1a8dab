// tandem plan: how an application would run as a pipeline, here or on a device of which only a
// model is at hand.

#include "pipeline/schedulers/gantt.h"
#include "tools/tandem/app_loading.h"
#include "tools/tandem/command.h"
#include "tools/tandem/file_kind.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/gantt_picture.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/pipeline_setup.h"
#include "tools/tandem/plan_report.h"
#include "tools/tandem/planned_app_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

namespace tandem {
namespace {

struct Options {
  AppOptions app;
  PipelineSetup pipeline;
  std::vector<std::string> inputs;
  size_t simulatedFrames = 300;
  double jitter = 0;
  bool json = false;
};

/// How simulated frames come.
std::string comingOf(const Options &options, const PlannedApp &planned) {
  double period = planned.graph.graph.arrivalPeriod;
  double rate = period > 0 ? 1e6 / period : options.pipeline.framesPerSecond;
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "that come at %.6g a second", rate);
  return rate > 0 ? text.data() : "that come as fast as they are taken";
}

void printText(const Options &options, const PlannedApp &planned, const Simulation &simulation) {
  const Plan &plan = planned.plan;
  const TaskGraph &graph = planned.graph.graph;
  std::printf("%s on %s; costs %s\n", options.app.file.c_str(), planned.machine.c_str(),
              planned.costs.c_str());
  std::fputs(planAsText(graph, plan, "us").c_str(), stdout);
  std::printf("planned: %.1f frames/s, %.2f ms for a frame; the best possible is %s %.2f ms\n",
              1e6 / plan.interval, plan.makespan / 1e3,
              plan.objective == Objective::kThroughput ? "a frame every" : "a frame in",
              plan.bound / 1e3);
  constexpr double kSampled = 0.995; // less is no difference
  std::printf("simulated, %zu frames %s: %.1f frames/s, latency median %.2f ms, 95 %% within %.2f "
              "ms%s\n",
              simulation.finished, comingOf(options, planned).c_str(), 1e6 / simulation.interval,
              simulation.latencyP50 / 1e3, simulation.latencyP95 / 1e3,
              simulation.interval < plan.bound * kSampled &&
                      plan.objective == Objective::kThroughput
                  ? " (better than the best possible, which is of an average frame: these have "
                    "less to do)"
                  : "");
  double period = graph.arrivalPeriod;
  if (period > 0 && plan.interval > period * (1 + 1e-6))
    std::printf(
        "too fast: a frame comes every %.2f ms and one is done every %.2f ms, so frames wait "
        "or, with --drop-oldest, are left out; latencies grow as long as that lasts\n",
        period / 1e3, plan.interval / 1e3);
  std::printf("busy, simulated:");
  for (size_t i = 0; i < graph.processors.size(); ++i)
    std::printf(" %s %.0f %%", graph.processors[i].name.c_str(), simulation.utilisation[i] * 100);
  size_t busiest = busiestDevice(simulation);
  std::printf("; the bottleneck is %s with %s\n", graph.processors[busiest].name.c_str(),
              longestStage(planned, busiest).c_str());
  std::printf("memory: %.1f MiB a frame in flight; planned in %.1f ms\n",
              graph.frameBytes / (1 << 20), planned.planningMs);
  std::fputs(readingText(planned, !options.inputs.empty()).c_str(), stdout);
  std::fputs(tooLittleText(planned).c_str(), stdout);
  std::fputs(splitText(planned).c_str(), stdout);
  if (!planned.graph.modelled.empty())
    std::printf("modelled, not measured: %zu costs of tasks on devices, and so all of the above\n",
                planned.graph.modelled.size());
}

/// Reads the first frame of each, also where costs are known and nothing is measured: a plan that
/// leaves out the reading would not be of what was asked for.
Status checkFrames(const std::vector<std::string> &inputs) {
  for (const std::string &path : inputs) {
    FrameInput input({&path, 1});
    InputFrame frame;
    TANDEM_RETURN_IF_ERROR(input.next(frame).status());
  }
  return {};
}

int plan(Options &options) {
  if (Status wrong = checkPlanOptions(options.pipeline); !wrong.ok())
    return wrongUsage("plan", wrong.error().message);
  if (!isApplication(options.app.file))
    if (Status other = checkIsNoModel("plan", options.app.file); !other.ok())
      return refuse(other.error());
  if (Status places = checkTracePlaces(options.app, options.pipeline, options.inputs); !places.ok())
    return refuseRequest(places.error());
  if (Status arrival = settleArrival(options.pipeline, options.inputs); !arrival.ok())
    return refuseRequest(arrival.error());
  if (Status cores = checkPlanDevice(options.app.device); !cores.ok())
    return refuseRequest("plan", cores.error());
  if (Status frames = checkFrames(options.inputs); !frames.ok())
    return refuse(frames.error());
  // Another device's times come from its profile; only a core's are measured here.
  options.app.opensAccelerators = options.app.device.empty() || options.app.device == "host";
  StepTable table;
  registerAllSteps(table);
  auto app = loadApp("plan", options.app, table);
  if (int *exitCode = std::get_if<int>(&app))
    return *exitCode;
  const OpenedApp &opened = std::get<OpenedApp>(app);
  Result<PlannedApp> planned = planApp(opened, table, options.pipeline, options.inputs);
  if (!planned.ok())
    return refuse(planned.error());
  Result<Simulation> simulation = simulatePlan(*planned, options.simulatedFrames,
                                               options.pipeline.framesPerSecond, options.jitter);
  if (!simulation.ok())
    return refuseRequest(simulation.error());
  if (Status written = writeCharts(planChart(*planned), options.pipeline.svg, options.pipeline.png);
      !written.ok())
    return refuse(written.error());
  if (options.json)
    std::printf("%s\n",
                jsonText(plannedAppAsJson(options.app.file, *planned, *simulation)).c_str());
  else
    printText(options, *planned, *simulation);
  return kExitDone;
}

} // namespace

void registerPlan(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "plan", "Plan an application as a pipeline over cores and devices, and simulate the plan.",
      "  tandem plan apps/showcase/showcase.yaml clip.mp4\n"
      "  tandem plan showcase.yaml photo.jpg --objective latency --svg plan.svg\n"
      "  tandem plan showcase.yaml clip.mp4 --device mt6873 --backends neuron,cpu --fps 30");
  command.add_option("APP", options->app.file, "an application (.yaml)")->required();
  command.add_option("FRAMES", options->inputs,
                     "pictures and videos: reading them is a task of the plan; its other tasks are "
                     "measured on them where that was not done before");
  addModelOption(command, options->app);
  addPlacingOptions(command, options->app, "");
  addPipelineOptions(command, options->pipeline, /*runs=*/false);
  command.add_option("--simulate", options->simulatedFrames, "frames that the plan is tried on")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--jitter", options->jitter,
                  "part by which simulated times go up and down, 0 to 1")
      ->check(numberWithin(0, 1))
      ->capture_default_str();
  command.add_flag("--json", options->json, "for a program to read");
  table.onRun(command, [options] { return plan(*options); });
}

} // namespace tandem
