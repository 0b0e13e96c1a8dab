#include "pipeline/schedulers/bench/measure.h"

#include "pipeline/schedulers/random_graph.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace tandem::bench {
namespace {

/// Of this process alone: others on the machine do not count.
double cpuMs() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// run() has checked the plan.
Plan planOrStop(std::string_view scheduler, const TaskGraph &graph,
                const ScheduleOptions &options) {
  Result<Plan> plan = allSchedulers().run(scheduler, graph, options);
  if (!plan) {
    std::fprintf(stderr, "%s\n", plan.error().text().c_str());
    std::exit(1);
  }
  return std::move(*plan);
}

ScheduleOptions untilDone() {
  ScheduleOptions options;
  options.timeLimitMs = 1e9; // the default work, however slow the machine
  return options;
}

std::string text(const char *pattern, double value) {
  char line[64];
  std::snprintf(line, sizeof line, pattern, value);
  return line;
}

void count(Group &group, const std::array<double, kCompared.size()> &ratios, double bound) {
  ++group.graphs;
  for (size_t i = 0; i < ratios.size(); ++i)
    group.ratios[i] += ratios[i];
  group.bound += bound;
  double others = std::min({ratios[0], ratios[1], ratios[2]}), ours = ratios.back();
  if (ours < others * (1 - 1e-9))
    ++group.better;
  else if (ours <= others * (1 + 1e-9))
    ++group.equal;
  else
    ++group.worse;
}

Group &groupOf(Comparison &comparison, const std::string &name) {
  for (auto &[known, group] : comparison.groups)
    if (known == name)
      return group;
  return comparison.groups.emplace_back(name, Group()).second;
}

} // namespace

namespace {

/// The names of the groups that a kind belongs to.
std::vector<std::string> groupsOf(const RandomGraphKind &kind) {
  bool isAll = kind.outDegree == kind.tasks;
  return {std::to_string(kind.processors) + " processors",
          text("CCR %g", kind.ccr),
          std::to_string(kind.tasks) + " tasks",
          text("shape %g", kind.shape),
          "out-degree " + (isAll ? "v" : std::to_string(kind.outDegree)),
          text("beta %g", kind.heterogeneity)};
}

} // namespace

Comparison compareOnRandomGraphs(const std::vector<size_t> &processors, size_t step) {
  Comparison comparison;
  size_t dimensions = groupsOf({}).size();
  for (size_t dimension = 0; dimension < dimensions; ++dimension) // their order in the table
    for (size_t among : processors)
      for (const RandomGraphKind &kind : randomGraphKinds(among))
        groupOf(comparison, groupsOf(kind)[dimension]);
  for (size_t among : processors) {
    std::vector<RandomGraphKind> kinds = randomGraphKinds(among);
    for (size_t i = 0; i < kinds.size(); i += step) {
      TaskGraph graph = randomGraph(kinds[i], among * 10'000 + i);
      std::array<double, kCompared.size()> ratios;
      double bound = 0;
      for (size_t scheduler = 0; scheduler < kCompared.size(); ++scheduler) {
        Plan plan = planOrStop(kCompared[scheduler], graph, untilDone());
        ratios[scheduler] = scheduleLengthRatio(graph, plan.makespan);
        bound = scheduleLengthRatio(graph, plan.bound);
      }
      for (const std::string &name : groupsOf(kinds[i]))
        count(groupOf(comparison, name), ratios, bound);
      count(comparison.all, ratios, bound);
      if (i / step % 250 == 0)
        std::fprintf(stderr, "%zu processors: %zu of %zu kinds\n", among, i, kinds.size());
    }
  }
  std::erase_if(comparison.groups, [](const auto &group) { return group.second.graphs == 0; });
  return comparison;
}

NearOptimum compareWithOptimum(size_t graphs) {
  NearOptimum result;
  for (size_t i = 0; i < graphs; ++i) {
    constexpr std::array<double, 3> kShapes = {0.5, 1, 2};
    constexpr std::array<double, 5> kCcrs = {0.1, 0.5, 1, 5, 10},
                                    kBetas = {0.1, 0.25, 0.5, 0.75, 1};
    RandomGraphKind kind{6 + i % 7,         kShapes[i % 3],    1 + i / 3 % 5,
                         kCcrs[i / 15 % 5], kBetas[i / 5 % 5], 2 + i % 3};
    TaskGraph graph = randomGraph(kind, i);
    ScheduleOptions options;
    options.timeLimitMs = 5'000;
    Plan exact = planOrStop("exact", graph, options);
    ++result.graphs;
    if (!exact.optimal)
      continue;
    ++result.proven;
    for (size_t scheduler = 0; scheduler < kCompared.size(); ++scheduler) {
      double above =
          planOrStop(kCompared[scheduler], graph, untilDone()).makespan / exact.makespan - 1;
      result.above[scheduler] += above;
      if (scheduler + 1 < kCompared.size())
        continue;
      result.worst = std::max(result.worst, above);
      result.optimal += above < 1e-9;
    }
  }
  for (double &above : result.above)
    above /= static_cast<double>(std::max<size_t>(1, result.proven));
  return result;
}

std::vector<Throughput> measureThroughput(size_t graphs) {
  std::vector<Throughput> results;
  for (size_t tasks : {6, 12, 25, 50})
    for (size_t processors : {2, 4, 8}) {
      Throughput result{tasks, processors, graphs};
      for (size_t i = 0; i < graphs; ++i) {
        TaskGraph graph = randomGraph({tasks, 1, 2, 0.5, 0.75, processors}, i);
        ScheduleOptions options = untilDone();
        Plan heft = planOrStop("heft", graph, options);
        std::vector<double> busy(processors);
        for (const PlannedTask &task : heft.tasks)
          busy[task.processor] += task.finish - task.start;
        options.objective = Objective::kThroughput;
        double before = cpuMs();
        Plan plan = planOrStop("throughput", graph, options);
        result.ms += (cpuMs() - before) / static_cast<double>(graphs);
        result.aboveBound += plan.gap() / static_cast<double>(graphs);
        result.mostAbove = std::max(result.mostAbove, plan.gap());
        result.heftAboveBound += (*std::max_element(busy.begin(), busy.end()) / plan.bound - 1) /
                                 static_cast<double>(graphs);
      }
      results.push_back(result);
    }
  return results;
}

std::vector<PlanningTime> measurePlanningTimes(size_t runs) {
  const std::vector<RandomGraphKind> kinds = {{20, 1, 3, 1, 0.5, 3},
                                              {100, 1, 3, 1, 0.5, 4},
                                              {300, 1, 3, 1, 0.5, 8},
                                              {1000, 1, 3, 1, 0.5, 8}};
  std::vector<PlanningTime> times;
  for (const RandomGraphKind &kind : kinds) {
    PlanningTime time{std::to_string(kind.tasks) + " tasks, " + std::to_string(kind.processors) +
                          " processors",
                      {}};
    for (size_t scheduler = 0; scheduler < kCompared.size(); ++scheduler) {
      std::vector<double> all;
      for (size_t run = 0; run < runs; ++run) {
        TaskGraph graph = randomGraph(kind, run);
        double before = cpuMs();
        planOrStop(kCompared[scheduler], graph, untilDone());
        all.push_back(cpuMs() - before);
      }
      std::sort(all.begin(), all.end());
      time.ms[scheduler] = all[all.size() / 2];
    }
    times.push_back(std::move(time));
  }
  return times;
}

std::string ratioChart(const std::vector<std::pair<std::string, Group>> &groups) {
  static constexpr std::array<const char *, kCompared.size()> kColours = {
      "#9db4d0", "#d9c38c", "#a8c9a0", "#c9a8c9", "#c8553d"};
  constexpr double kLeft = 50, kTop = 46, kHeight = 260, kBar = 22, kGap = 34;
  double cluster = kBar * static_cast<double>(kCompared.size()) + kGap, highest = 0;
  for (const auto &[name, group] : groups)
    for (size_t i = 0; i < kCompared.size(); ++i)
      highest = std::max(highest, group.mean(i));
  double scale = kHeight / highest,
         width = kLeft + cluster * static_cast<double>(groups.size()) + 20;
  std::string svg;
  char line[400];
  auto add = [&](const char *pattern, auto... values) {
    std::snprintf(line, sizeof line, pattern, values...);
    svg += line;
  };
  add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
      "<text x=\"%.0f\" y=\"20\" font-size=\"14\">Mean schedule length ratio of random graphs "
      "(less is better); the line is the lower bound</text>\n",
      width, kTop + kHeight + 50, width, kTop + kHeight + 50, kLeft);
  for (size_t i = 0; i < kCompared.size(); ++i)
    add("<rect x=\"%.0f\" y=\"28\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%.0f\" "
        "y=\"38\">%s</text>\n",
        kLeft + 100 * static_cast<double>(i), kColours[i],
        kLeft + 16 + 100 * static_cast<double>(i), std::string(kCompared[i]).c_str());
  for (size_t g = 0; g < groups.size(); ++g) {
    double x = kLeft + cluster * static_cast<double>(g), base = kTop + kHeight + 6;
    const Group &group = groups[g].second;
    for (size_t i = 0; i < kCompared.size(); ++i) {
      double height = group.mean(i) * scale, left = x + kBar * static_cast<double>(i);
      add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>", left,
          base - height, kBar - 2, height, kColours[i]);
      add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"9\">%.2f</text>\n",
          left + kBar / 2 - 1, base - height - 3, group.mean(i));
    }
    double y = base - group.bound / static_cast<double>(group.graphs) * scale;
    add("<path d=\"M%.1f %.1fH%.1f\" stroke=\"#222\" stroke-dasharray=\"3 2\"/>", x, y,
        x + cluster - kGap);
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x + (cluster - kGap) / 2,
        base + 18, groups[g].first.c_str());
  }
  return svg + "</svg>\n";
}

} // namespace tandem::bench
