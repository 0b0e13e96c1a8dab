#include "pipeline/plan/measured_graph.h"

#include "pipeline/plan/task_costs.h"
#include "pipeline/schedulers/scheduler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace tandem {
namespace {

/// What all tasks of a kind together took, and were thought to take.
struct Change {
  double before = 0, now = 0;
  double ratio() const { return before > 0 ? now / before : 1; }
};

/// "1234 us", "12.3 ms", "1200 ms".
std::string timeText(double us) {
  std::array<char, 64> text;
  if (us < 10'000)
    std::snprintf(text.data(), text.size(), "%.0f us", us);
  else
    std::snprintf(text.data(), text.size(), us < 100'000 ? "%.1f ms" : "%.0f ms", us / 1000);
  return text.data();
}

/// To three digits, up or down, so that who asks for what is written gets it: "0.05", "1234".
std::string threeDigits(double value, bool up) {
  double step = std::pow(10, std::floor(std::log10(value)) - 2);
  constexpr double kRounding = 1e-6;
  double digits = up ? std::ceil(value / step - kRounding) : std::floor(value / step + kRounding);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), value < 1000 ? "%.3g" : "%.0f", digits * step);
  return text.data();
}

/// What is compared with a wish, in the units that wishes are written in: "0.05 ms".
std::string msText(double us) {
  return us > 0 ? threeDigits(us / 1000, /*up=*/true) + " ms" : "0 ms";
}

/// "20000 frames/s": of what takes so long each time.
std::string paceText(double us) {
  return threeDigits(1e6 / us, /*up=*/false) + " frames/s";
}

/// "'face_net' 8.1 ms, 'crop' 300 us": the longest of them.
std::string longest(const TaskGraph &graph, const std::map<size_t, double> &loads) {
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

/// The longest tasks of a processor.
std::string longestTasks(const TaskGraph &graph, const Plan &plan, size_t processor) {
  std::map<size_t, double> loads;
  for (const PlannedTask &task : plan.tasks)
    if (task.processor == processor)
      loads[task.task] += (task.finish - task.start) / static_cast<double>(plan.frames);
  return longest(graph, loads);
}

/// The longest tasks of the chain that the last one of a frame waits for: back from it always the
/// one that ends last of those it needs and the one before it on its processor.
std::string longestOfChain(const TaskGraph &graph, const Plan &plan) {
  std::map<size_t, double> chain;
  auto ofFirstFrame = [](const PlannedTask &task) { return task.frame == 0; };
  const PlannedTask *at = nullptr;
  for (const PlannedTask &task : plan.tasks)
    if (ofFirstFrame(task) && (!at || task.finish > at->finish))
      at = &task;
  while (at && graph.tasks[at->task].name != kReadTask &&
         chain.emplace(at->task, at->finish - at->start).second) {
    const PlannedTask *before = nullptr;
    auto consider = [&](const PlannedTask &task) {
      if (task.finish <= at->start + 1e-6 && (!before || task.finish > before->finish))
        before = &task;
    };
    for (const PlannedTask &task : plan.tasks)
      if (ofFirstFrame(task) && task.processor == at->processor)
        consider(task);
    for (const TaskEdge &edge : graph.edges)
      if (edge.to == at->task && edge.distance == 0)
        consider(plan.at(0, edge.from));
    at = before;
  }
  return longest(graph, chain);
}

/// What a frame takes before it is submitted, from when on its latency counts: reading it.
double timeBeforeSubmission(const TaskGraph &graph) {
  auto read = std::ranges::find(graph.tasks, kReadTask, &Task::name);
  return read == graph.tasks.end() ? 0 : std::ranges::min(read->cost);
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

std::vector<TaskTime> withoutContention(std::span<const TaskTime> times, const TaskGraph &graph,
                                        const Plan &plan) {
  std::vector<TaskTime> alone(times.begin(), times.end());
  for (TaskTime &time : alone) {
    double planned = 0, wanted = 0;
    for (const PlannedTask &task : plan.tasks)
      if (task.task == time.task && task.processor == time.device) {
        planned += task.finish - task.start;
        wanted += graph.duration(task.task, task.processor);
      }
    if (planned > wanted && wanted > 0)
      time.us *= wanted / planned;
  }
  return alone;
}

Status requirePace(const TaskGraph &graph, const Plan &plan, double periodUs, double latencyUs) {
  auto verdict = [&](Objective objective, double asked, double before = 0) {
    if (plan.objective != objective)
      return std::string();
    double least = plan.bound - before;
    std::string most = objective == Objective::kThroughput && least > 0
                           ? ", at most " + paceText(least)
                           : std::string();
    return (least > asked ? ", and no plan can do it: the least is "
                          : ", another plan may do it: the least known is ") +
           msText(least) + most + " (" + plan.boundReason + ")";
  };
  if (periodUs > 0 && plan.interval > periodUs) {
    std::vector<double> loads(graph.processors.size());
    for (const PlannedTask &task : plan.tasks)
      loads[task.processor] += task.finish - task.start;
    auto busiest = static_cast<size_t>(std::ranges::max_element(loads) - loads.begin());
    return Error(Code::kUnsupported, "", "a frame comes every ", msText(periodUs), " (",
                 paceText(periodUs), "), the plan takes ", msText(plan.interval),
                 " a frame; the busiest device is '", graph.processors[busiest].name, "' with ",
                 longestTasks(graph, plan, busiest), verdict(Objective::kThroughput, periodUs));
  }
  double before = timeBeforeSubmission(graph);
  if (latencyUs > 0 && plan.makespan - before > latencyUs)
    return Error(Code::kUnsupported, "", "a frame may take ", msText(latencyUs),
                 ", by the plan it takes ", msText(plan.makespan - before),
                 "; it waits longest for ", longestOfChain(graph, plan),
                 verdict(Objective::kLatency, latencyUs, before));
  return {};
}

double mostMakespan(const TaskGraph &graph, double latencyUs) {
  return latencyUs > 0 ? latencyUs + timeBeforeSubmission(graph) : 0;
}

Status requireLatencyOfSomePlan(const TaskGraph &graph, double latencyUs) {
  if (latencyUs <= 0)
    return {};
  TANDEM_ASSIGN_OR_RETURN(Plan plan, allSchedulers().run("best", graph));
  return requirePace(graph, plan, 0, latencyUs);
}

} // namespace tandem
