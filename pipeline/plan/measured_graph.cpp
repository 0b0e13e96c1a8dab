#include "pipeline/plan/measured_graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace tandem {
namespace {

/// What all tasks of a kind together took, and were thought to take.
struct Change {
  double before = 0, now = 0;
  double ratio() const { return before > 0 ? now / before : 1; }
};

/// "1234 us", "12.3 ms".
std::string timeText(double us) {
  std::ostringstream text;
  text.precision(3);
  us < 10'000 ? text << std::round(us) << " us" : text << us / 1000 << " ms";
  return text.str();
}

/// "'face_net' 8.1 ms, 'crop' 300 us": the longest tasks of a processor.
std::string longestTasks(const TaskGraph &graph, const Plan &plan, size_t processor) {
  std::map<size_t, double> loads;
  for (const PlannedTask &task : plan.tasks)
    if (task.processor == processor)
      loads[task.task] += (task.finish - task.start) / static_cast<double>(plan.frames);
  std::vector<std::pair<double, size_t>> order;
  for (auto [task, load] : loads)
    order.emplace_back(-load, task);
  std::ranges::sort(order);
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(3, order.size()); ++i)
    text +=
        (i ? ", '" : "'") + graph.tasks[order[i].second].name + "' " + timeText(-order[i].first);
  return text;
}

} // namespace

TaskGraph withMeasuredTimes(TaskGraph graph, const std::vector<PipelineDevice> &devices,
                            std::span<const TaskTime> times, int64_t leastRuns) {
  std::map<std::string, Change> changes;
  std::map<std::pair<size_t, std::string>, std::pair<double, int64_t>> measured; // sum, runs
  for (const TaskTime &time : times) {
    double before = graph.tasks[time.task].cost[time.device];
    if (time.runs < leastRuns || before == kCannotRun)
      continue;
    const std::string &kind = devices[time.device].kind;
    changes[kind].before += before;
    changes[kind].now += time.us;
    auto &[sum, runs] = measured[{time.task, kind}];
    sum += time.us * static_cast<double>(time.runs);
    runs += time.runs;
  }
  for (size_t task = 0; task < graph.tasks.size(); ++task)
    for (size_t i = 0; i < devices.size(); ++i) {
      double &cost = graph.tasks[task].cost[i];
      if (cost == kCannotRun)
        continue;
      auto found = measured.find({task, devices[i].kind});
      cost = found == measured.end()
                 ? cost * changes[devices[i].kind].ratio()
                 : found->second.first / static_cast<double>(found->second.second);
    }
  return graph;
}

Status requirePace(const TaskGraph &graph, const Plan &plan, double periodUs, double latencyUs) {
  auto verdict = [&](Objective objective, double asked) {
    if (plan.objective != objective)
      return std::string();
    return plan.bound > asked ? ", and no plan can do it: the least is " + timeText(plan.bound) +
                                    " (" + plan.boundReason + ")"
                              : ", another plan may do it: the least known is " +
                                    timeText(plan.bound) + " (" + plan.boundReason + ")";
  };
  if (periodUs > 0 && plan.interval > periodUs) {
    std::vector<double> loads(graph.processors.size());
    for (const PlannedTask &task : plan.tasks)
      loads[task.processor] += task.finish - task.start;
    auto busiest = static_cast<size_t>(std::ranges::max_element(loads) - loads.begin());
    return Error(Code::kUnsupported, "", "a frame comes every ", timeText(periodUs),
                 ", the plan takes ", timeText(plan.interval), " a frame; the busiest device is '",
                 graph.processors[busiest].name, "' with ", longestTasks(graph, plan, busiest),
                 verdict(Objective::kThroughput, periodUs));
  }
  if (latencyUs > 0 && plan.makespan > latencyUs)
    return Error(Code::kUnsupported, "", "a frame may take ", timeText(latencyUs),
                 ", by the plan it takes ", timeText(plan.makespan),
                 verdict(Objective::kLatency, latencyUs));
  return {};
}

} // namespace tandem
