#include "tools/tandem/plan_report.h"

#include "base/printable.h"
#include "pipeline/schedulers/gantt.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tandem {
namespace {

using nlohmann::ordered_json;

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

std::string nameOf(const TaskGraph &graph, const PlannedTask &task, bool repeats) {
  const std::string &name = graph.tasks[task.task].name;
  return printable(repeats ? taskOfFrame(name, task.frame + 1) : name);
}

size_t terminalColumns() {
  winsize size = {};
  bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col >= 40 ? std::min<size_t>(size.ws_col, 250) : 100;
}

template <typename... Values> std::string format(const char *pattern, Values... values) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

} // namespace

ordered_json planAsJson(const TaskGraph &graph, const Plan &plan) {
  bool repeats = plan.objective == Objective::kThroughput;
  ordered_json tasks = ordered_json::array(), transfers = ordered_json::array();
  for (const PlannedTask *task : inOrder(plan)) {
    ordered_json entry = {{"name", graph.tasks[task->task].name}};
    if (repeats)
      entry["frame"] = task->frame + 1;
    entry["processor"] = graph.processors[task->processor].name;
    entry["start"] = task->start;
    entry["finish"] = task->finish;
    for (const TaskRank &rank : plan.ranks)
      entry[rank.name] = rank.values[task->task];
    tasks.push_back(std::move(entry));
  }
  for (const PlannedTransfer &transfer : plan.transfers) {
    const TaskEdge &edge = graph.edges[transfer.edge];
    ordered_json entry = {{"from", graph.tasks[edge.from].name}, {"to", graph.tasks[edge.to].name}};
    if (repeats)
      entry["frame"] = transfer.frame + 1;
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
  if (!plan.order.empty()) {
    ordered_json order = ordered_json::array();
    for (size_t task : plan.order)
      order.push_back(graph.tasks[task].name);
    json["order"] = std::move(order);
  }
  json["tasks"] = std::move(tasks);
  json["transfers"] = std::move(transfers);
  return json;
}

std::string planAsText(const TaskGraph &graph, const Plan &plan, const std::string &unit) {
  std::string text;
  bool repeats = plan.objective == Objective::kThroughput;
  TimeUnit shown = readableUnit(unit, plan);
  auto time = [&](double value) {
    return format(shown.name.empty() ? "%.6g" : "%.3f", value * shown.factor);
  };
  auto withUnit = [&](double value) {
    return time(value) + (shown.name.empty() ? "" : " " + shown.name);
  };
  std::string inUnit = shown.name.empty() ? "" : " " + shown.name;
  int taskWidth = 4, processorWidth = 9;
  for (const PlannedTask &task : plan.tasks)
    taskWidth = std::max(taskWidth, static_cast<int>(nameOf(graph, task, repeats).size()));
  for (const PlanProcessor &processor : graph.processors)
    processorWidth = std::max(processorWidth, static_cast<int>(printable(processor.name).size()));
  text += format("%-*s  %-*s  %12s  %12s", taskWidth, "task", processorWidth, "processor",
                 ("start" + inUnit).c_str(), ("finish" + inUnit).c_str());
  for (const TaskRank &rank : plan.ranks)
    text += format("  %12s", rank.name.c_str());
  for (const PlannedTask *task : inOrder(plan)) {
    text += format("\n%-*s  %-*s  %12s  %12s", taskWidth, nameOf(graph, *task, repeats).c_str(),
                   processorWidth, printable(graph.processors[task->processor].name).c_str(),
                   time(task->start).c_str(), time(task->finish).c_str());
    for (const TaskRank &rank : plan.ranks)
      text += format("  %12.6g", rank.values[task->task]);
  }
  text += "\n";
  if (!plan.order.empty()) {
    text += "\ntaken in the order";
    for (size_t task : plan.order)
      text += " " + printable(graph.tasks[task].name);
    text += "\n";
  }
  text += "\n" + ganttText(ganttOf(graph, plan, unit), terminalColumns()) + "\n";
  if (repeats)
    text += format("interval %s, pattern of %zu frame%s, %zu in flight, makespan of a frame %s\n",
                   withUnit(plan.interval).c_str(), plan.frames, plan.frames == 1 ? "" : "s",
                   plan.framesInFlight, withUnit(plan.makespan).c_str());
  else
    text += "makespan " + withUnit(plan.makespan) + "\n";
  if (plan.optimal)
    text += "optimal: no plan has less" +
            (plan.boundReason.empty() ? "" : " (" + plan.boundReason + ")") + "\n"; // of 0: none
  else
    text += format("lower bound %s (%s), gap at most %.2f %%\n", withUnit(plan.bound).c_str(),
                   plan.boundReason.c_str(), plan.gap() * 100);
  return text;
}

} // namespace tandem
