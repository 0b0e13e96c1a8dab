#include "pipeline/schedulers/gantt.h"

#include <algorithm>

namespace tandem {

GanttLegend::GanttLegend(const GanttChart &chart) : chart_(chart) {
  for (const std::string &task : chart.tasks)
    numbers_.emplace(task, numbers_.size() + 1);
  std::vector<const GanttBar *> bars;
  for (const GanttBar &bar : chart.bars)
    bars.push_back(&bar);
  std::ranges::sort(bars, [](const GanttBar *a, const GanttBar *b) {
    return a->start != b->start ? a->start < b->start : a < b;
  });
  std::map<size_t, std::string> drawn; // by number
  for (const GanttBar *bar : bars)
    drawn.emplace(numbers_.emplace(bar->task, numbers_.size() + 1).first->second, bar->task);
  for (const auto &[number, task] : drawn)
    if (entries_.size() < kMostEntries)
      entries_.push_back(std::to_string(number) + " " + task);
  tasks_ = drawn.size();
  auto ofFrame =
      std::ranges::find_if(bars, [](const GanttBar *bar) { return bar->frame.has_value(); });
  if (ofFrame != bars.end())
    example_ = textsOf(**ofFrame)[1] + " is task " + numberOf(**ofFrame) + " of frame #" +
               std::to_string(*(*ofFrame)->frame);
}

std::string GanttLegend::numberOf(const GanttBar &bar) const {
  return std::to_string(numbers_.at(bar.task));
}

std::vector<std::string> GanttLegend::textsOf(const GanttBar &bar) const {
  std::vector<std::string> texts = {bar.label()};
  if (bar.frame)
    texts.push_back(numberOf(bar) + "#" + std::to_string(*bar.frame));
  texts.push_back(numberOf(bar));
  return texts;
}

std::string GanttLegend::remark() const {
  std::string text = example_;
  auto add = [&](const std::string &more) { text += (text.empty() ? "" : ", ") + more; };
  if (!chart_.colours.empty())
    add("one colour a " + chart_.colours);
  if (!chart_.unit.empty())
    add("times in " + chart_.unit);
  if (entries_.size() < tasks_)
    add("the first " + std::to_string(entries_.size()) + " of " + std::to_string(tasks_) +
        " tasks are named");
  return text;
}

} // namespace tandem
