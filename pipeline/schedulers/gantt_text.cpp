#include "pipeline/schedulers/gantt.h"

#include "base/characters.h"
#include "base/printable.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tandem {
namespace {

std::string paddedTo(size_t width, std::string text) {
  return text + std::string(width - std::min(width, charactersIn(text)), ' ');
}

class TextChart {
public:
  TextChart(const GanttChart &chart, size_t columns)
      : chart_(chart), legend_(chart), columns_(columns) {
    for (const std::string &lane : chart.lanes) {
      lanes_.push_back(firstCharacters(printable(lane), columns / 4));
      names_ = std::max(names_, charactersIn(lanes_.back()));
    }
    width_ = std::max<size_t>(10, columns > names_ + 1 ? columns - names_ - 1 : 0);
    end_ = ganttEnd(chart);
    scale_ = end_ > 0 ? static_cast<double>(width_) / end_ : 0;
  }

  std::string draw() {
    std::string text;
    for (size_t lane = 0; lane < lanes_.size(); ++lane)
      text += paddedTo(names_ + 1, lanes_[lane]) + laneText(lane) + "\n";
    return text + axis() + legend();
  }

private:
  /// Every column a character, or the part of a label that stands there.
  std::string laneText(size_t lane) {
    std::vector<const GanttBar *> bars;
    for (const GanttBar &bar : chart_.bars)
      if (bar.lane == lane)
        bars.push_back(&bar);
    std::ranges::sort(bars, {}, &GanttBar::start);
    std::string line;
    size_t column = 0;
    for (const GanttBar *bar : bars) {
      auto at = [&](double time) {
        return std::min(width_, static_cast<size_t>(std::lround(std::max(0.0, time * scale_))));
      };
      size_t first = std::max(column, at(bar->start)), last = std::max(first, at(bar->finish));
      if (last == first && last < width_ && first == at(bar->start))
        last = first + 1;
      if (last <= column)
        continue;
      line.append(first - column, '.');
      column = last;
      line += barText(*bar, last - first);
    }
    return line + std::string(width_ - column, '.');
  }

  /// The longest of its texts that has room between brackets.
  std::string barText(const GanttBar &bar, size_t room) {
    for (const std::string &each : legend_.textsOf(bar))
      if (std::string text = printable(each); charactersIn(text) + 2 <= room) {
        hasMarks_ |= each != bar.label();
        return "[" + text + std::string(room - 2 - charactersIn(text), '=') + "]";
      }
    hasShort_ = true;
    return std::string(room, '#');
  }

  std::string axis() const {
    std::string line(names_ + 1, ' ');
    for (double tick : ganttTicks(end_, width_ / 12)) {
      char label[64];
      auto size = static_cast<size_t>(std::snprintf(label, sizeof label, "%g", tick));
      size_t most = names_ + 1 + width_ - std::min(width_, size);
      size_t at = std::min(most, names_ + 1 + static_cast<size_t>(std::lround(tick * scale_)));
      if (at < line.size())
        continue;
      line += std::string(at - line.size(), ' ') + label + " ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + (chart_.unit.empty() ? "" : " " + chart_.unit) + "\n";
  }

  /// Only of what the bars do not say themselves.
  std::string legend() const {
    std::string text;
    if (hasMarks_) {
      size_t widest = 1;
      for (const std::string &entry : legend_.entries())
        widest = std::max(widest, charactersIn(printable(entry)) + 2);
      size_t each = std::max<size_t>(1, columns_ / widest), placed = 0;
      for (const std::string &entry : legend_.entries()) {
        bool ends = ++placed % each == 0 || placed == legend_.entries().size();
        text += ends ? printable(entry) + "\n" : paddedTo(widest, printable(entry));
      }
      if (!legend_.example().empty())
        text += legend_.example() + "\n";
    }
    return hasShort_ ? text + "#: too short to be named\n" : text;
  }

  const GanttChart &chart_;
  const GanttLegend legend_;
  const size_t columns_;
  std::vector<std::string> lanes_;
  size_t names_ = 0, width_ = 0;
  double end_ = 0, scale_ = 0;
  bool hasMarks_ = false, hasShort_ = false;
};

} // namespace

std::string ganttText(const GanttChart &chart, size_t columns) {
  return TextChart(chart, columns).draw();
}

} // namespace tandem
