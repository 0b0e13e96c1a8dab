// tandem schedule: any task graph through any scheduler, with bound, gap and a Gantt chart.

#include "base/file.h"
#include "pipeline/schedulers/gantt.h"
#include "pipeline/schedulers/scheduler.h"
#include "tools/tandem/command.h"
#include "tools/tandem/gantt_picture.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/plan_report.h"

#include <cstdio>
#include <memory>

namespace tandem {
namespace {

struct Request {
  std::string graph, scheduler, objective, svg, png;
  bool json = false;
  ScheduleOptions options;
};

Status schedule(const Request &request) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(request.graph));
  TANDEM_RETURN_IF_ERROR(
      checkOutputPlaces({{request.svg, "the chart"}, {request.png, "the picture of the chart"}},
                        {&request.graph, 1}));
  TANDEM_ASSIGN_OR_RETURN(TaskGraph graph, parseTaskGraph(request.graph, file.text()));
  Result<Plan> plan = allSchedulers().run(request.scheduler, graph, request.options);
  if (!plan)
    return Error(plan.error().code, request.graph, plan.error().message);
  TANDEM_RETURN_IF_ERROR(writeCharts(ganttOf(graph, *plan), request.svg, request.png));
  if (request.json)
    std::printf("%s\n", jsonText(planAsJson(graph, *plan)).c_str());
  else
    std::fputs(planAsText(graph, *plan).c_str(), stdout);
  return {};
}

/// The schedulers and what each does, for --help.
std::string schedulerList() {
  std::string text;
  for (const SchedulerKind &kind : allSchedulers().kinds()) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-11s %s\n", kind.name.c_str(), kind.summary.c_str());
    text += line;
  }
  return text;
}

} // namespace

void registerSchedule(CommandTable &table) {
  auto request = std::make_shared<Request>();
  CLI::App &command = table.add(
      "schedule", "Plan a task graph on processors: which task runs where, and when.",
      "  tandem schedule graph.json\n"
      "  tandem schedule graph.json --scheduler exact --svg plan.svg\n"
      "  tandem schedule graph.json --objective throughput --frames-in-flight 4 --json\n\n"
      "Schedulers (docs/schedulers.md):\n" +
          schedulerList());
  ScheduleOptions &options = request->options;
  command.add_option("GRAPH", request->graph, "the task graph, a .json file")->required();
  command
      .add_option("-s,--scheduler", request->scheduler,
                  "who plans it [default: best, or throughput]")
      ->check(CLI::IsMember(allSchedulers().names()));
  command
      .add_option("--objective", request->objective,
                  "what is to be least [default: latency, or what the scheduler is for]")
      ->check(CLI::IsMember({"latency", "throughput"}));
  command.add_flag("--json", request->json, "for a program to read");
  command.add_option("--svg", request->svg, "draw the Gantt chart into this file")
      ->check(notEmpty());
  command.add_option("--png", request->png, "the same as a PNG picture")->check(notEmpty());
  command.add_option("--time-limit", options.timeLimitMs, "ms after which a search stops")
      ->check(numberWithin(0, 1e9))
      ->capture_default_str();
  command.add_option("--effort", options.effort, "how much a search may do, of its default")
      ->check(numberWithin(0, 1e6))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "of a search's random choices")->capture_default_str();
  std::vector<CLI::Option *> limits = {
      command
          .add_option("--frames", options.mostFrames, "throughput: frames of a pattern, at most")
          ->check(CLI::Range(1, 64))
          ->capture_default_str(),
      command
          .add_option("--frames-in-flight", options.mostFramesInFlight,
                      "throughput: at most [default: no limit]")
          ->check(CLI::Range(1, 1'000'000)),
      command
          .add_option("--latency", options.mostLatency,
                      "throughput: makespan of a frame, at most [default: no limit]")
          ->check(numberWithin(1e-300, 1e300)),
      command
          .add_option("--memory", options.mostBytes,
                      "throughput: bytes of all frames in flight, at most [default: no limit]")
          ->check(numberWithin(1, 1e18))};
  table.onRun(command, [request, limits] {
    SchedulerChoice choice =
        allSchedulers().choose(request->scheduler, request->objective, Objective::kLatency);
    if (Status wrong = allSchedulers().check(choice); !wrong.ok())
      return wrongUsage("schedule", wrong.error().message);
    request->scheduler = choice.name;
    request->options.objective = choice.objective;
    for (const CLI::Option *limit : limits)
      if (limit->count() > 0 && request->options.objective == Objective::kLatency)
        return wrongUsage("schedule", limit->get_name() + " is for --objective throughput only");
    Status status = schedule(*request);
    return status.ok() ? static_cast<int>(kExitDone) : refuseRequest(status.error());
  });
}

} // namespace tandem
