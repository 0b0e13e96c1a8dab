#include "pipeline/schedulers/gantt.h"

#include "pipeline/schedulers/formatted.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

double endOf(const Plan &plan) {
  double end = 0;
  for (const PlannedTask &task : plan.tasks)
    end = std::max(end, task.finish);
  return end;
}

/// A lane a processor, and one an exclusive path that is used.
class PlanChart {
public:
  PlanChart(const TaskGraph &graph, const Plan &plan, TimeUnit unit)
      : graph_(graph), plan_(plan), unit_(std::move(unit)),
        repeats_(plan.objective == Objective::kThroughput) {
    for (const PlanProcessor &processor : graph.processors)
      chart_.lanes.push_back(processor.name);
    for (const PlannedTransfer &transfer : plan.transfers)
      if (int path = pathOf(transfer); path >= 0)
        pathLanes_[path] = 0;
    for (auto &[path, lane] : pathLanes_) {
      lane = chart_.lanes.size();
      chart_.lanes.push_back("path " + nameOf(path));
    }
  }

  GanttChart draw() {
    double period = plan_.interval * static_cast<double>(plan_.frames);
    constexpr double kMostRounds = 50;
    size_t rounds = 1;
    if (repeats_ && period > 0)
      rounds += static_cast<size_t>(std::min(kMostRounds, std::ceil(endOf(plan_) / period)));
    for (size_t round = 0; round < rounds; ++round)
      drawRound(round, period);
    for (const Task &task : graph_.tasks)
      chart_.tasks.push_back(task.name);
    chart_.colours = repeats_ ? "frame" : "task";
    chart_.unit = unit_.name;
    chart_.title = plan_.scheduler + (repeats_ ? ": interval " : ": makespan ") +
                   timeText(plan_.objectiveValue()) +
                   (plan_.optimal ? ", optimal" : ", bound " + timeText(plan_.bound));
    return std::move(chart_);
  }

private:
  std::string timeText(double time) const {
    return unit_.name.empty() ? formatted("%.6g", time)
                              : formatted("%.4g ", time * unit_.factor) + unit_.name;
  }

  void drawRound(size_t round, double period) {
    double shift = period * static_cast<double>(round);
    auto draw = [&](size_t lane, size_t task, size_t ofPattern, double start, double finish) {
      size_t frame = round * plan_.frames + ofPattern + 1;
      chart_.bars.push_back({lane, graph_.tasks[task].name, (start + shift) * unit_.factor,
                             (finish + shift) * unit_.factor, repeats_ ? frame : task,
                             repeats_ ? std::optional(frame) : std::nullopt});
    };
    for (const PlannedTask &task : plan_.tasks)
      draw(task.processor, task.task, task.frame, task.start, task.finish);
    for (const PlannedTransfer &transfer : plan_.transfers)
      if (int path = pathOf(transfer); path >= 0)
        draw(pathLanes_[path], graph_.edges[transfer.edge].from, transfer.frame, transfer.start,
             transfer.finish);
  }

  /// Of the one processor that is an end of all its links, else its number.
  std::string nameOf(int path) const {
    std::optional<std::vector<size_t>> ends;
    for (size_t from = 0; from < graph_.links.size(); ++from)
      for (size_t to = 0; to < graph_.links.size(); ++to)
        if (graph_.path(from, to) == path) {
          if (!ends)
            ends.emplace({from, to});
          std::erase_if(*ends, [&](size_t end) { return end != from && end != to; });
        }
    return ends && ends->size() == 1 ? graph_.processors[ends->front()].name : std::to_string(path);
  }

  int pathOf(const PlannedTransfer &transfer) const {
    const TaskEdge &edge = graph_.edges[transfer.edge];
    size_t consumer = (transfer.frame + edge.distance) % plan_.frames;
    return graph_.path(plan_.at(transfer.frame, edge.from).processor,
                       plan_.at(consumer, edge.to).processor);
  }

  const TaskGraph &graph_;
  const Plan &plan_;
  const TimeUnit unit_;
  const bool repeats_;
  GanttChart chart_;
  std::map<int, size_t> pathLanes_;
};

} // namespace

std::string taskOfFrame(std::string_view task, size_t frame) {
  return std::string(task) + " #" + std::to_string(frame);
}

TimeUnit readableUnit(const std::string &unit, double longest) {
  constexpr double kUsPerMs = 1000;
  return unit == "us" && longest >= kUsPerMs ? TimeUnit{"ms", 1 / kUsPerMs} : TimeUnit{unit};
}

TimeUnit readableUnit(const std::string &unit, const Plan &plan) {
  return readableUnit(unit, endOf(plan));
}

std::vector<double> ganttTicks(double end, size_t wanted) {
  if (!(end > 0))
    return {0};
  double rough = end / static_cast<double>(std::max<size_t>(1, wanted));
  double power = std::pow(10, std::floor(std::log10(rough))), step = 10 * power;
  for (double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  std::vector<double> list;
  for (size_t i = 0; static_cast<double>(i) * step <= end * (1 + 1e-9); ++i)
    list.push_back(static_cast<double>(i) * step);
  return list;
}

double ganttEnd(const GanttChart &chart) {
  double end = 0;
  for (const GanttBar &bar : chart.bars)
    end = std::max(end, bar.finish);
  return end;
}

GanttChart ganttOf(const TaskGraph &graph, const Plan &plan, const std::string &unit) {
  return PlanChart(graph, plan, readableUnit(unit, plan)).draw();
}

} // namespace tandem
