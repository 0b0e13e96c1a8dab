#include "pipeline/schedulers/gantt.h"

#include "base/printable.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

namespace tandem {
namespace {

std::string format(const char *pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

double endOf(const GanttChart &chart) {
  double end = 0;
  for (const GanttBar &bar : chart.bars)
    end = std::max(end, bar.finish);
  return end;
}

size_t length(const std::string &text) { // in characters, of UTF-8
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
std::string firstCharacters(const std::string &text, size_t count) {
  size_t end = 0;
  while (end < text.size() && (count > 0 || (text[end] & 0xC0) == 0x80))
    count -= (text[end++] & 0xC0) != 0x80;
  return text.substr(0, end);
}

/// One lane: every column a character, or the part of a label that stands there.
std::string laneText(std::vector<const GanttBar *> bars, double scale, size_t width) {
  std::sort(bars.begin(), bars.end(),
            [](const GanttBar *a, const GanttBar *b) { return a->start < b->start; });
  std::string line;
  size_t column = 0;
  for (const GanttBar *bar : bars) {
    auto at = [&](double time) {
      return std::min(width, static_cast<size_t>(std::lround(std::max(0.0, time * scale))));
    };
    size_t first = std::max(column, at(bar->start)), last = std::max(first, at(bar->finish));
    if (last == first && last < width && first == at(bar->start))
      last = first + 1;
    if (last <= column)
      continue;
    line.append(first - column, '.');
    column = last;
    std::string label = printable(bar->label);
    if (size_t room = last - first; room >= 3) {
      label = firstCharacters(label, room - 2);
      line += "[" + label + std::string(room - 2 - length(label), '=') + "]";
    } else {
      line.append(room, '#');
    }
  }
  return line + std::string(width - column, '.');
}

std::string escaped(const std::string &text) {
  std::string out;
  for (char c : printable(text)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

/// A lane a processor, and one an exclusive path that is used.
class PlanChart {
public:
  PlanChart(const TaskGraph &graph, const Plan &plan) : graph_(graph), plan_(plan) {
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
    bool repeats = plan_.objective == Objective::kThroughput;
    double period = plan_.interval * static_cast<double>(plan_.frames), end = 0;
    for (const PlannedTask &task : plan_.tasks)
      end = std::max(end, task.finish);
    constexpr double kMostRounds = 50;
    size_t rounds = 1;
    if (repeats && period > 0)
      rounds += static_cast<size_t>(std::min(kMostRounds, std::ceil(end / period)));
    for (size_t round = 0; round < rounds; ++round)
      drawRound(round, period, repeats);
    chart_.colours = repeats ? "frame" : "task";
    chart_.title = plan_.scheduler +
                   format(repeats ? ": interval %.6g" : ": makespan %.6g", plan_.objectiveValue()) +
                   (plan_.optimal ? ", optimal" : format(", bound %.6g", plan_.bound));
    return std::move(chart_);
  }

private:
  void drawRound(size_t round, double period, bool repeats) {
    double shift = period * static_cast<double>(round);
    auto name = [&](size_t task, size_t frame) {
      return graph_.tasks[task].name + (repeats ? "/" + std::to_string(frame) : "");
    };
    for (const PlannedTask &task : plan_.tasks) {
      size_t frame = round * plan_.frames + task.frame;
      chart_.bars.push_back({task.processor, name(task.task, frame), task.start + shift,
                             task.finish + shift, repeats ? frame : task.task,
                             graph_.tasks[task.task].name});
    }
    for (const PlannedTransfer &transfer : plan_.transfers)
      if (int path = pathOf(transfer); path >= 0) {
        size_t frame = round * plan_.frames + transfer.frame;
        const TaskEdge &edge = graph_.edges[transfer.edge];
        chart_.bars.push_back({pathLanes_[path], name(edge.from, frame), transfer.start + shift,
                               transfer.finish + shift, repeats ? frame : edge.from,
                               graph_.tasks[edge.from].name});
      }
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
  GanttChart chart_;
  std::map<int, size_t> pathLanes_;
};

} // namespace

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

GanttLegend::GanttLegend(const GanttChart &chart) : chart_(chart) {
  std::vector<const GanttBar *> bars;
  for (const GanttBar &bar : chart.bars)
    bars.push_back(&bar);
  std::ranges::sort(bars, [](const GanttBar *a, const GanttBar *b) {
    return a->start != b->start ? a->start < b->start : a < b;
  });
  for (const GanttBar *bar : bars) {
    const std::string &task = bar->task.empty() ? bar->label : bar->task;
    auto [entry, isNew] = numbers_.emplace(task, numbers_.size() + 1);
    if (isNew && entries_.size() < kMostEntries)
      entries_.push_back(std::to_string(entry->second) + " " + task);
  }
}

std::string GanttLegend::markOf(const GanttBar &bar) const {
  return std::to_string(numbers_.at(bar.task.empty() ? bar.label : bar.task));
}

std::string GanttLegend::remark() const {
  std::string text = chart_.colours.empty() ? "" : "one colour a " + chart_.colours;
  if (!chart_.unit.empty())
    text += (text.empty() ? "" : ", ") + std::string("times in ") + chart_.unit;
  if (entries_.size() < numbers_.size())
    text += ", the first " + std::to_string(entries_.size()) + " of " +
            std::to_string(numbers_.size()) + " tasks are named";
  return text;
}

GanttChart ganttOf(const TaskGraph &graph, const Plan &plan) {
  return PlanChart(graph, plan).draw();
}

std::string ganttText(const GanttChart &chart, size_t columns) {
  size_t names = 0;
  std::vector<std::string> lanes;
  for (const std::string &lane : chart.lanes) {
    lanes.push_back(firstCharacters(printable(lane), columns / 4));
    names = std::max(names, length(lanes.back()));
  }
  size_t width = std::max<size_t>(10, columns > names + 1 ? columns - names - 1 : 0);
  double end = endOf(chart), scale = end > 0 ? static_cast<double>(width) / end : 0;
  std::string text;
  for (size_t lane = 0; lane < chart.lanes.size(); ++lane) {
    std::vector<const GanttBar *> bars;
    for (const GanttBar &bar : chart.bars)
      if (bar.lane == lane)
        bars.push_back(&bar);
    text += lanes[lane] + std::string(names - length(lanes[lane]) + 1, ' ') +
            laneText(std::move(bars), scale, width) + "\n";
  }
  std::string axis(names + 1, ' ');
  for (double tick : ganttTicks(end, width / 12)) {
    std::string label = format("%g", tick);
    size_t most = names + 1 + width - std::min(width, label.size());
    size_t at = std::min(most, names + 1 + static_cast<size_t>(std::lround(tick * scale)));
    if (at < axis.size())
      continue;
    axis += std::string(at - axis.size(), ' ') + label + " ";
  }
  axis.erase(axis.find_last_not_of(' ') + 1);
  return text + axis + (chart.unit.empty() ? "" : " " + chart.unit) + "\n";
}

std::string ganttSvg(const GanttChart &chart) {
  static constexpr std::array<const char *, 8> kColours = {
      "#bfe3c9", "#c6d8f2", "#f4e1b5", "#e6c9ea", "#f2c6c6", "#c9e6e6", "#e3dcc3", "#d9d9d9"};
  constexpr double kWidth = 1000, kLane = 34, kBar = 26, kTop = 40, kBottom = 34, kLetter = 6.6,
                   kRow = 18;
  double names = 20;
  for (const std::string &lane : chart.lanes)
    names = std::max(names, 20 + kLetter * 1.1 * static_cast<double>(length(printable(lane))));
  double end = endOf(chart), scale = end > 0 ? kWidth / end : 0;
  GanttLegend legend(chart);
  size_t longest = 1;
  for (const std::string &entry : legend.entries())
    longest = std::max(longest, length(printable(entry)));
  double column = kLetter * static_cast<double>(longest) + 20;
  size_t columns = std::max<size_t>(1, static_cast<size_t>(kWidth / column));
  double rows =
      std::ceil(static_cast<double>(legend.entries().size()) / static_cast<double>(columns)) + 1;
  double lanes = static_cast<double>(chart.lanes.size()) * kLane, key = kTop + lanes + kBottom + 14,
         height = key + rows * kRow;
  char line[512];
  auto add = [&](std::string &text, const char *pattern, auto... values) {
    std::snprintf(line, sizeof line, pattern, values...);
    text += line;
  };
  std::string svg;
  add(svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n",
      names + kWidth + 20, height, names + kWidth + 20, height);
  svg += "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  add(svg, "<text x=\"%.1f\" y=\"22\" font-size=\"14\">", names);
  svg += escaped(chart.title) + "</text>\n";
  for (double tick : ganttTicks(end, 10)) {
    double x = names + tick * scale;
    add(svg,
        "<path d=\"M%.2f %.1fV%.1f\" stroke=\"#e4e4e4\"/><text x=\"%.2f\" y=\"%.1f\" "
        "text-anchor=\"middle\" fill=\"#555\">%g</text>\n",
        x, kTop - 4, kTop + lanes + 4, x, kTop + lanes + 20, tick);
  }
  for (size_t lane = 0; lane < chart.lanes.size(); ++lane) {
    double y = kTop + static_cast<double>(lane) * kLane;
    add(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", names - 8, y + kLane / 2 + 4);
    svg += escaped(chart.lanes[lane]) + "</text>\n";
    add(svg, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#eee\"/>\n", names, y + kLane, names + kWidth);
  }
  for (const GanttBar &bar : chart.bars) {
    double x = names + bar.start * scale, width = (bar.finish - bar.start) * scale;
    double y = kTop + static_cast<double>(bar.lane) * kLane + (kLane - kBar) / 2;
    std::string label = escaped(bar.label);
    svg += "<g><title>" + label + format(": %g", bar.start) + format(" to %g", bar.finish) +
           (chart.unit.empty() ? "" : " " + escaped(chart.unit)) + "</title>";
    add(svg,
        "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" rx=\"2\" fill=\"%s\" "
        "stroke=\"#666\" stroke-width=\"0.6\"/>",
        x, y, std::max(0.5, width), kBar, kColours[bar.colour % kColours.size()]);
    auto fits = [&](const std::string &text) {
      return kLetter * static_cast<double>(length(printable(text))) <= width - 4;
    };
    std::string mark = legend.markOf(bar);
    if (fits(bar.label) || fits(mark)) {
      add(svg, "<text x=\"%.2f\" y=\"%.1f\" text-anchor=\"middle\">", x + width / 2,
          y + kBar / 2 + 4);
      svg += (fits(bar.label) ? label : mark) + "</text>";
    }
    svg += "</g>\n";
  }
  for (size_t i = 0; i <= legend.entries().size(); ++i) { // the remark stands below
    bool last = i == legend.entries().size();
    add(svg, "<text x=\"%.1f\" y=\"%.1f\" fill=\"#555\">",
        names + (last ? 0 : static_cast<double>(i % columns) * column),
        key + (last ? rows - 1 : std::floor(static_cast<double>(i / columns))) * kRow);
    svg += escaped(last ? legend.remark() : legend.entries()[i]) + "</text>\n";
  }
  return svg + "</svg>\n";
}

} // namespace tandem
