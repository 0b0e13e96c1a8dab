#include "tools/tandem/graph_drawing.h"

#include "base/printable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <numeric>
#include <string_view>
#include <vector>

namespace tandem {
namespace {

using nlohmann::json;

struct DrawnOp {
  std::string op, node, device, region, result;
  double us = 0;
  std::vector<size_t> inputs; ///< indices of ops before this one
};

struct Drawing {
  std::vector<DrawnOp> ops;
  std::vector<std::string> devices; ///< that run something, in order of appearance
  std::string caption;

  std::string_view colourOf(const std::string &device) const {
    static constexpr std::array<std::string_view, 6> kColours = {"#bfe3c9", "#c6d8f2", "#f4e1b5",
                                                                 "#e6c9ea", "#f2c6c6", "#d9d9d9"};
    size_t index = std::ranges::find(devices, device) - devices.begin();
    return kColours[index % kColours.size()];
  }
};

std::string textOf(const json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string caption(const json &report) {
  const json &placement = report["placement"], &device = report["device"];
  char time[96] = "";
  if (placement.is_object() && placement.contains("predicted_us") &&
      placement["predicted_us"].is_number())
    std::snprintf(time, sizeof time, ", predicted %.2f ms a run%s",
                  placement["predicted_us"].get<double>() / 1e3,
                  device.is_object() && device.value("modelled", true) ? " (modelled)" : "");
  return textOf(device, "name") + time;
}

Result<Drawing> read(const std::string &path, const std::string &text) {
  json report = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("ops") || !report["ops"].is_array() ||
      !report["device"].is_object())
    return Error(Code::kCorruptData, path, "has no placement report to draw; compile it again");
  Drawing drawing;
  drawing.caption = caption(report);
  for (const json &entry : report["ops"]) {
    DrawnOp op = {textOf(entry, "op"),
                  textOf(entry, "node"),
                  textOf(entry, "device"),
                  textOf(entry, "region"),
                  textOf(entry, "result"),
                  0,
                  {}};
    if (entry.contains("predicted_us") && entry["predicted_us"].is_number())
      op.us = entry["predicted_us"].get<double>();
    if (entry.contains("inputs") && entry["inputs"].is_array())
      for (const json &input : entry["inputs"])
        if (input.is_number_unsigned() && input.get<size_t>() < drawing.ops.size())
          op.inputs.push_back(input.get<size_t>());
    if (std::ranges::find(drawing.devices, op.device) == drawing.devices.end())
      drawing.devices.push_back(op.device);
    drawing.ops.push_back(std::move(op));
  }
  return drawing;
}

std::string dotText(const std::string &text) {
  std::string escaped;
  for (char c : text)
    escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return escaped;
}

std::string xmlText(const std::string &text) {
  std::string escaped;
  for (char c : text) {
    auto code = static_cast<unsigned char>(c);
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else if (c == '"')
      escaped += "&quot;";
    else if (code >= 32) // XML has no place for the others
      escaped += c;
  }
  return escaped;
}

/// Where the boxes of an SVG lie: rows by the longest path from an input.
class Layout {
public:
  static constexpr double kWidth = 210, kHeight = 46, kGapX = 26, kGapY = 26, kTop = 64;

  explicit Layout(const Drawing &drawing) : x_(drawing.ops.size()), row_(drawing.ops.size()) {
    for (size_t i = 0; i < drawing.ops.size(); ++i) {
      for (size_t input : drawing.ops[i].inputs)
        row_[i] = std::max(row_[i], row_[input] + 1);
      rows_.resize(std::max(rows_.size(), row_[i] + 1));
      rows_[row_[i]].push_back(i);
    }
    for (std::vector<size_t> &row : rows_)
      place(drawing, row);
    double least = x_.empty() ? 0 : *std::ranges::min_element(x_);
    for (double &x : x_)
      x += kGapX - least;
  }

  double x(size_t op) const { return x_[op]; }
  double y(size_t op) const { return kTop + static_cast<double>(row_[op]) * (kHeight + kGapY); }
  size_t rowOf(size_t op) const { return row_[op]; }
  double width() const {
    double right = x_.empty() ? 0 : *std::ranges::max_element(x_);
    return std::max(right + kWidth + 4 * kGapX, 420.0);
  }
  double height() const { return kTop + static_cast<double>(rows_.size()) * (kHeight + kGapY); }

private:
  /// Below the ops that it reads from, in their order, without overlaps.
  void place(const Drawing &drawing, std::vector<size_t> &row) {
    std::map<size_t, double> wanted;
    for (size_t op : row) {
      const std::vector<size_t> &inputs = drawing.ops[op].inputs;
      double sum = 0;
      for (size_t input : inputs)
        sum += x_[input];
      wanted[op] = inputs.empty() ? 0 : sum / static_cast<double>(inputs.size());
    }
    std::ranges::sort(row, {}, [&](size_t op) { return std::pair(wanted[op], op); });
    double average = 0, next = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      x_[row[i]] = i == 0 ? wanted[row[i]] : std::max(wanted[row[i]], next);
      next = x_[row[i]] + kWidth + kGapX;
      average += (x_[row[i]] - wanted[row[i]]) / static_cast<double>(row.size());
    }
    for (size_t op : row) // pushed to the right only: back by the mean
      x_[op] -= average;
  }

  std::vector<double> x_;
  std::vector<size_t> row_;
  std::vector<std::vector<size_t>> rows_;
};

template <typename... Values> std::string format(const char *pattern, Values... values) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

std::string edgeOf(const Layout &layout, size_t from, size_t to, bool crosses) {
  double x0 = layout.x(from) + Layout::kWidth / 2, y0 = layout.y(from) + Layout::kHeight;
  double x1 = layout.x(to) + Layout::kWidth / 2, y1 = layout.y(to);
  // An edge over several rows goes around the boxes between.
  bool isLong = layout.rowOf(to) > layout.rowOf(from) + 1;
  double bulge = isLong ? Layout::kWidth / 2 + 2 * Layout::kGapX : 0;
  return format("<path d='M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f' fill='none' stroke='%s' "
                "stroke-width='1.5'%s marker-end='url(#arrow)'/>\n",
                x0, y0, x0 + bulge, y0 + (isLong ? 40 : 12), x1 + bulge, y1 - (isLong ? 40 : 12),
                x1, y1, crosses ? "#b03030" : "#606060", crosses ? " stroke-dasharray='5 3'" : "");
}

} // namespace

Result<std::string> reportAsDot(const std::string &path, const std::string &report) {
  TANDEM_ASSIGN_OR_RETURN(Drawing drawing, read(path, report));
  std::string out = "digraph model {\n  label=\"" + dotText(drawing.caption) +
                    "\"; labelloc=t;\n  node [shape=box, style=filled, fontsize=10];\n";
  std::map<std::string, std::vector<size_t>> regions;
  for (size_t i = 0; i < drawing.ops.size(); ++i)
    regions[drawing.ops[i].region].push_back(i);
  for (const auto &[region, ops] : regions) {
    out += "  subgraph \"cluster_" + dotText(region) + "\" {\n    label=\"" + dotText(region) +
           "\";\n";
    for (size_t i : ops) {
      const DrawnOp &op = drawing.ops[i];
      out += "    n" + std::to_string(i) + " [fillcolor=\"" +
             std::string(drawing.colourOf(op.device)) + "\", label=\"" + dotText(op.op) + "\\n" +
             dotText(shortened(op.node, 40)) + "\\n" + dotText(op.result) + "\"];\n";
    }
    out += "  }\n";
  }
  for (size_t i = 0; i < drawing.ops.size(); ++i)
    for (size_t input : drawing.ops[i].inputs)
      out += "  n" + std::to_string(input) + " -> n" + std::to_string(i) +
             (drawing.ops[input].region == drawing.ops[i].region ? "" : " [style=dashed]") + ";\n";
  return out + "}\n";
}

Result<std::string> reportAsSvg(const std::string &path, const std::string &report) {
  TANDEM_ASSIGN_OR_RETURN(Drawing drawing, read(path, report));
  Layout layout(drawing);
  std::string out =
      format("<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f' "
             "font-family='sans-serif'>\n<defs><marker id='arrow' markerWidth='7' "
             "markerHeight='7' refX='6' refY='3.5' orient='auto'><path d='M0 0L7 3.5L0 7z' "
             "fill='#606060'/></marker></defs>\n<rect width='100%%' height='100%%' "
             "fill='white'/>\n",
             layout.width(), layout.height());
  out += "<text x='12' y='22' font-size='15'>" + xmlText(drawing.caption) + "</text>\n";
  double legend = 12;
  for (const std::string &device : drawing.devices) {
    out += format("<rect x='%.0f' y='34' width='14' height='14' fill='%s' stroke='#808080'/>",
                  legend, std::string(drawing.colourOf(device)).c_str());
    out += format("<text x='%.0f' y='46' font-size='12'>", legend + 19) + xmlText(device) +
           "</text>\n";
    legend += 50 + 8 * static_cast<double>(device.size());
  }
  for (size_t i = 0; i < drawing.ops.size(); ++i)
    for (size_t input : drawing.ops[i].inputs)
      out += edgeOf(layout, input, i, drawing.ops[input].region != drawing.ops[i].region);
  for (size_t i = 0; i < drawing.ops.size(); ++i) {
    const DrawnOp &op = drawing.ops[i];
    double x = layout.x(i), y = layout.y(i);
    out += format("<g><rect x='%.0f' y='%.0f' width='%.0f' height='%.0f' rx='5' fill='%s' "
                  "stroke='#808080'/>",
                  x, y, Layout::kWidth, Layout::kHeight,
                  std::string(drawing.colourOf(op.device)).c_str());
    out += "<title>" + xmlText(op.node) + "</title>";
    auto line = [&](double down, const char *style, const std::string &text) {
      out +=
          format("<text x='%.0f' y='%.0f' %s>", x + 7, y + down, style) + xmlText(text) + "</text>";
    };
    line(14, "font-size='12' font-weight='bold'", op.op + "  " + op.region);
    line(27, "font-size='10'", shortened(op.node, 34));
    line(40, "font-size='10' fill='#505050'", op.result + format("   %.1f us", op.us));
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

} // namespace tandem
