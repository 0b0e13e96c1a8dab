#include "tools/tandem/planned_app_report.h"

#include "pipeline/trace/trace.h"
#include "tools/tandem/plan_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace tandem {

Result<Simulation> simulatePlan(const PlannedApp &planned, size_t frames, double framesPerSecond,
                                double jitter) {
  SimulationOptions simulation;
  simulation.frames = frames;
  // Frames that come at a rate of their own do so in the graph.
  simulation.arrivalPeriod =
      framesPerSecond > 0 && planned.graph.graph.arrivalPeriod <= 0 ? 1e6 / framesPerSecond : -1;
  simulation.jitter = jitter;
  simulation.variations = planned.graph.variations;
  simulation.counts = planned.graph.counts;
  simulation.probabilities = planned.graph.probabilities;
  return simulate(planned.graph.graph, planned.plan, simulation);
}

size_t busiestDevice(const Simulation &simulation) {
  auto most = std::ranges::max_element(simulation.utilisation);
  return static_cast<size_t>(most - simulation.utilisation.begin());
}

std::string longestStage(const PlannedApp &planned, size_t device) {
  const TaskGraph &graph = planned.graph.graph;
  std::vector<double> us(graph.tasks.size());
  for (const PlannedTask &task : planned.plan.tasks)
    if (task.processor == device)
      us[task.task] += task.finish - task.start;
  auto longest = std::ranges::max_element(us);
  return *longest > 0 ? graph.tasks[static_cast<size_t>(longest - us.begin())].name : "";
}

GanttChart planChart(const PlannedApp &planned) {
  GanttChart chart = ganttOf(planned.graph.graph, planned.plan, "us");
  bool measured = planned.graph.modelled.empty();
  chart.title += measured ? "; planned from measured costs" : "; modelled, not measured";
  chart.note = "for " + planned.machine + "; costs " + planned.costs;
  return chart;
}

std::string splitText(const PlannedApp &planned) {
  if (!planned.split)
    return "";
  std::array<char, 64> part, without;
  std::snprintf(part.data(), part.size(), "%s %.0f %%",
                planned.split->part.isLast ? "last" : "first", planned.split->part.part * 100);
  std::snprintf(without.data(), without.size(), "%.2f", planned.wholeIntervalUs / 1e3);
  return std::string("split: accelerators keep the ") + part.data() +
         " of what they ran of model '" + planned.split->model +
         "', the CPU has the rest (planned without: " + without.data() + " ms a frame)\n";
}

nlohmann::ordered_json splitJson(const PlannedApp &planned) {
  return {{"model", planned.split->model},
          {"part", planned.split->part.part},
          {"is_last", planned.split->part.isLast},
          {"interval_without_us", planned.wholeIntervalUs}};
}

std::string plannedText(const PlannedApp &planned) {
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(),
                "planned: %.3f ms a frame, latency %.2f ms; no plan has less than %.3f ms (%s)\n",
                planned.plan.interval / 1e3, planned.plan.makespan / 1e3, planned.plan.bound / 1e3,
                planned.plan.boundReason.c_str());
  return text.data();
}

std::string readingText(const PlannedApp &planned, bool measuredNow) {
  const std::vector<Task> &tasks = planned.graph.graph.tasks;
  auto read = std::ranges::find(tasks, kReadTask, &Task::name);
  if (read == tasks.end())
    return "";
  std::array<char, 256> text;
  std::snprintf(
      text.data(), text.size(),
      "in that: %.2f ms of a core to read and decode a frame, measured on %s; other sizes "
      "and formats take another time\n",
      std::ranges::min(read->cost) / 1e3,
      measuredNow ? "FRAMES" : "the frames that the costs are of");
  return text.data();
}

/// Of a frame, where each of the application's tasks is fastest.
static double workUs(const PlannedApp &planned) {
  double us = 0;
  for (size_t task = 0; task < planned.tasks.tasks.size(); ++task)
    us += std::ranges::min(planned.graph.graph.tasks[task].cost);
  return us;
}

std::string tooLittleText(const PlannedApp &planned) {
  constexpr double kLeastUs = 1000; // docs/pipeline.md, "When it pays"
  double us = workUs(planned);
  if (us >= kLeastUs)
    return "";
  std::array<char, 200> text;
  std::snprintf(
      text.data(), text.size(),
      "little work: a frame's steps take %.3g ms, for which waking threads costs more than "
      "is won; one step after another is likely faster ('tandem bench' tells)\n",
      us / 1e3);
  return text.data();
}

std::string staleCostsText(const PlannedApp &planned, double intervalUs,
                           const std::string &application) {
  constexpr double kFar = 1.25, kSampled = 0.995; // less is no difference
  const Plan &plan = planned.plan;
  if (plan.objective != Objective::kThroughput || planned.graph.graph.arrivalPeriod > 0)
    return "";
  std::string found;
  if (intervalUs < plan.bound * kSampled)
    found = "a frame took less than any plan allows";
  else if (double ratio = intervalUs / plan.interval; ratio > kFar || ratio < 1 / kFar) {
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "a frame took %.2f times what was planned", ratio);
    found = text.data();
  } else {
    return "";
  }
  // What a plan leaves out is then most of the time, and measuring again would find the same costs.
  if (std::string little = tooLittleText(planned); !little.empty())
    return little;
  return found + ": the costs, " + planned.costs + ", no longer hold; 'tandem profile " +
         application + " FRAMES' measures them again\n";
}

nlohmann::ordered_json plannedAppAsJson(const std::string &application, const PlannedApp &planned,
                                        const Simulation &simulation) {
  const TaskGraph &graph = planned.graph.graph;
  nlohmann::ordered_json json = {{"application", application},
                                 {"machine", planned.machine},
                                 {"costs", planned.costs},
                                 {"planning_ms", planned.planningMs},
                                 {"modelled", planned.graph.modelled}};
  if (planned.split)
    json["split"] = splitJson(planned);
  nlohmann::ordered_json devices = nlohmann::ordered_json::array();
  for (const PipelineDevice &device : planned.devices) {
    nlohmann::ordered_json entry = {{"name", device.name}, {"kind", device.kind}};
    if (device.core)
      entry["core"] = *device.core;
    devices.push_back(std::move(entry));
  }
  json["devices"] = std::move(devices);
  json["plan"] = planAsJson(graph, planned.plan);
  json["graph"] = nlohmann::ordered_json::parse(taskGraphText(graph));
  nlohmann::ordered_json busy;
  for (size_t i = 0; i < graph.processors.size(); ++i)
    busy[graph.processors[i].name] = simulation.utilisation[i];
  json["simulated"] = {{"frames", simulation.finished},
                       {"interval_us", simulation.interval},
                       {"latency_p50_us", simulation.latencyP50},
                       {"latency_p95_us", simulation.latencyP95},
                       {"busy", busy},
                       {"bottleneck", graph.processors[busiestDevice(simulation)].name},
                       {"bottleneck_stage", longestStage(planned, busiestDevice(simulation))}};
  return json;
}

} // namespace tandem
