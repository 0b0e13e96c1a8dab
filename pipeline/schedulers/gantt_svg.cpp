#include "pipeline/schedulers/gantt.h"

#include "base/characters.h"
#include "base/printable.h"
#include "pipeline/schedulers/formatted.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tandem {
namespace {

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

} // namespace

std::string ganttSvg(const GanttChart &chart) {
  static constexpr std::array<const char *, 8> kColours = {
      "#bfe3c9", "#c6d8f2", "#f4e1b5", "#e6c9ea", "#f2c6c6", "#c9e6e6", "#e3dcc3", "#d9d9d9"};
  constexpr double kWidth = 1000, kLane = 34, kBar = 26, kTop = 40, kBottom = 34, kLetter = 6.6,
                   kSize = 12, kSmallSize = 8, kRow = 18;
  double names = 20;
  for (const std::string &lane : chart.lanes)
    names =
        std::max(names, 20 + kLetter * 1.1 * static_cast<double>(charactersIn(printable(lane))));
  double end = ganttEnd(chart), scale = end > 0 ? kWidth / end : 0;
  GanttLegend legend(chart);
  size_t longest = 1;
  for (const std::string &entry : legend.entries())
    longest = std::max(longest, charactersIn(printable(entry)));
  double column = kLetter * static_cast<double>(longest) + 20;
  size_t columns = std::max<size_t>(1, static_cast<size_t>(kWidth / column));
  double rows =
      std::ceil(static_cast<double>(legend.entries().size()) / static_cast<double>(columns)) +
      (chart.note.empty() ? 1 : 2);
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
    svg += "<g><title>" + escaped(bar.label()) + formatted(": %g", bar.start) +
           formatted(" to %g", bar.finish) + (chart.unit.empty() ? "" : " " + escaped(chart.unit)) +
           "</title>";
    add(svg,
        "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" rx=\"2\" fill=\"%s\" "
        "stroke=\"#666\" stroke-width=\"0.6\"/>",
        x, y, std::max(0.5, width), kBar, kColours[bar.colour % kColours.size()]);
    auto writeIn = [&](const std::string &text, double size, double margin) {
      double letters = static_cast<double>(charactersIn(printable(text)));
      if (kLetter * size / kSize * letters > width - 2 * margin)
        return false;
      add(svg, "<text x=\"%.2f\" y=\"%.1f\" font-size=\"%g\" text-anchor=\"middle\">",
          x + width / 2, y + kBar / 2 + size / 3, size);
      svg += escaped(text) + "</text>";
      return true;
    };
    std::vector<std::string> texts = legend.textsOf(bar);
    if (std::ranges::none_of(texts,
                             [&](const std::string &text) { return writeIn(text, kSize, 2); }))
      writeIn(texts.back(), kSmallSize, 0.5);
    svg += "</g>\n";
  }
  auto write = [&](const std::string &text, double across, double row) {
    add(svg, "<text x=\"%.1f\" y=\"%.1f\" fill=\"#555\">", names + across, key + row * kRow);
    svg += escaped(text) + "</text>\n";
  };
  for (size_t i = 0; i < legend.entries().size(); ++i)
    write(legend.entries()[i], static_cast<double>(i % columns) * column,
          std::floor(static_cast<double>(i / columns)));
  if (!chart.note.empty())
    write(chart.note, 0, rows - 2);
  write(legend.remark(), 0, rows - 1);
  return svg + "</svg>\n";
}

} // namespace tandem
