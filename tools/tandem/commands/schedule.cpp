// tandem schedule: any task graph through any scheduler, with bound, gap and a Gantt chart.

#include "base/file.h"
#include "base/printable.h"
#include "pipeline/schedulers/gantt.h"
#include "pipeline/schedulers/scheduler.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tandem {
namespace {

using nlohmann::ordered_json;

struct Request {
  std::string graph, scheduler, objective, svg;
  bool json = false;
  ScheduleOptions options;
};

/// The plan's tasks as they start.
std::vector<const PlannedTask *> inOrder(const Plan &plan) {
  std::vector<const PlannedTask *> tasks;
  for (const PlannedTask &task : plan.tasks)
    tasks.push_back(&task);
  std::sort(tasks.begin(), tasks.end(), [](const PlannedTask *a, const PlannedTask *b) {
    return a->start != b->start ? a->start < b->start : a < b;
  });
  return tasks;
}

ordered_json describe(const TaskGraph &graph, const Plan &plan) {
  bool repeats = plan.objective == Objective::kThroughput;
  ordered_json tasks = ordered_json::array(), transfers = ordered_json::array();
  for (const PlannedTask *task : inOrder(plan)) {
    ordered_json entry = {{"name", graph.tasks[task->task].name}};
    if (repeats)
      entry["frame"] = task->frame;
    entry["processor"] = graph.processors[task->processor].name;
    entry["start"] = task->start;
    entry["finish"] = task->finish;
    tasks.push_back(std::move(entry));
  }
  for (const PlannedTransfer &transfer : plan.transfers) {
    const TaskEdge &edge = graph.edges[transfer.edge];
    ordered_json entry = {{"from", graph.tasks[edge.from].name}, {"to", graph.tasks[edge.to].name}};
    if (repeats)
      entry["frame"] = transfer.frame;
    entry["start"] = transfer.start;
    entry["finish"] = transfer.finish;
    transfers.push_back(std::move(entry));
  }
  ordered_json json = {{"scheduler", plan.scheduler},
                       {"objective", repeats ? "throughput" : "latency"},
                       {"makespan", plan.makespan}};
  if (repeats) {
    json["interval"] = plan.interval;
    json["frames"] = plan.frames;
    json["framesInFlight"] = plan.framesInFlight;
  }
  json["bound"] = plan.bound;
  json["boundReason"] = plan.boundReason;
  json["gap"] = plan.gap();
  json["optimal"] = plan.optimal;
  json["tasks"] = std::move(tasks);
  json["transfers"] = std::move(transfers);
  return json;
}

std::string nameOf(const TaskGraph &graph, const PlannedTask &task, bool repeats) {
  return printable(graph.tasks[task.task].name) + (repeats ? "/" + std::to_string(task.frame) : "");
}

size_t terminalColumns() {
  winsize size = {};
  bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col >= 40 ? std::min<size_t>(size.ws_col, 250) : 100;
}

void print(const TaskGraph &graph, const Plan &plan) {
  bool repeats = plan.objective == Objective::kThroughput;
  int taskWidth = 4, processorWidth = 9;
  for (const PlannedTask &task : plan.tasks)
    taskWidth = std::max(taskWidth, static_cast<int>(nameOf(graph, task, repeats).size()));
  for (const PlanProcessor &processor : graph.processors)
    processorWidth = std::max(processorWidth, static_cast<int>(printable(processor.name).size()));
  std::printf("%-*s  %-*s  %12s  %12s\n", taskWidth, "task", processorWidth, "processor", "start",
              "finish");
  for (const PlannedTask *task : inOrder(plan))
    std::printf("%-*s  %-*s  %12.6g  %12.6g\n", taskWidth, nameOf(graph, *task, repeats).c_str(),
                processorWidth, printable(graph.processors[task->processor].name).c_str(),
                task->start, task->finish);
  std::printf("\n%s\n", ganttText(ganttOf(graph, plan), terminalColumns()).c_str());
  if (repeats)
    std::printf("interval %.6g, pattern of %zu frame%s, %zu in flight, makespan of a frame %.6g\n",
                plan.interval, plan.frames, plan.frames == 1 ? "" : "s", plan.framesInFlight,
                plan.makespan);
  else
    std::printf("makespan %.6g\n", plan.makespan);
  if (plan.optimal)
    std::printf("optimal: no plan has less (%s)\n", plan.boundReason.c_str());
  else
    std::printf("lower bound %.6g (%s), gap at most %.2f %%\n", plan.bound,
                plan.boundReason.c_str(), plan.gap() * 100);
}

/// Of scheduler and objective the one that is not named follows from the other.
void chooseScheduler(Request &request) {
  const SchedulerKind *kind = allSchedulers().find(request.scheduler);
  bool throughput = request.objective.empty() && kind ? kind->objective == Objective::kThroughput
                                                      : request.objective == "throughput";
  request.options.objective = throughput ? Objective::kThroughput : Objective::kLatency;
  if (request.scheduler.empty())
    request.scheduler = throughput ? "throughput" : "best";
}

Status schedule(const Request &request) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(request.graph));
  std::error_code notThere;
  if (!request.svg.empty() && std::filesystem::equivalent(request.graph, request.svg, notThere))
    return Error(Code::kInvalidArgument, request.svg, "the chart would replace the graph");
  TANDEM_ASSIGN_OR_RETURN(TaskGraph graph, parseTaskGraph(request.graph, file.text()));
  Result<Plan> plan = allSchedulers().run(request.scheduler, graph, request.options);
  if (!plan)
    return Error(plan.error().code, request.graph, plan.error().message);
  if (!request.svg.empty())
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(request.svg, ganttSvg(ganttOf(graph, *plan))));
  if (request.json)
    std::printf("%s\n", jsonText(describe(graph, *plan)).c_str());
  else
    print(graph, *plan);
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
  std::vector<std::string> names;
  for (const SchedulerKind &kind : allSchedulers().kinds())
    names.push_back(kind.name);
  command.add_option("GRAPH", request->graph, "the task graph, a .json file")->required();
  command
      .add_option("-s,--scheduler", request->scheduler,
                  "who plans it [default: best, or throughput]")
      ->check(CLI::IsMember(names));
  command
      .add_option("--objective", request->objective,
                  "what is to be least [default: latency, or what the scheduler is for]")
      ->check(CLI::IsMember({"latency", "throughput"}));
  command.add_flag("--json", request->json, "for a program to read");
  command.add_option("--svg", request->svg, "draw the Gantt chart into this file")
      ->check(notEmpty());
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
    chooseScheduler(*request);
    for (const CLI::Option *limit : limits)
      if (limit->count() > 0 && request->options.objective == Objective::kLatency)
        return wrongUsage("schedule", limit->get_name() + " is for --objective throughput only");
    Status status = schedule(*request);
    return status.ok() ? static_cast<int>(kExitDone) : refuseRequest(status.error());
  });
}

} // namespace tandem
