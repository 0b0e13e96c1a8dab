#include "tools/tandem/app_report.h"

#include "tools/tandem/annotate.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/region_profile.h"
#include "tools/tandem/stand_in.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace tandem {
namespace {

using nlohmann::ordered_json;

double rounded(double value, double steps) {
  return std::round(value * steps) / steps;
}
/// Scores differ in the last bits from machine to machine; six digits are all that means something.
double score(double value) {
  return rounded(value, 1e6);
}
double pixels(double value) {
  return rounded(value, 100);
}

ordered_json jsonOf(const ResultValue &value) {
  if (const auto *word = std::get_if<std::string>(&value))
    return *word;
  if (const auto *number = std::get_if<double>(&value))
    return score(*number);
  if (const auto *tensor = std::get_if<TensorResult>(&value)) {
    ordered_json json = {{"type", elementTypeName(tensor->type)}, {"shape", tensor->shape}};
    if (!tensor->saved.empty())
      json["saved"] = tensor->saved;
    return json;
  }
  ordered_json list = ordered_json::array();
  for (double entry : std::get<std::vector<double>>(value))
    list.push_back(score(entry));
  return list;
}

ordered_json jsonOf(const FoundItem &item) {
  ordered_json json;
  if (item.label)
    json["label"] = *item.label;
  json["score"] = score(item.score);
  json["box"] = {pixels(item.box.x0), pixels(item.box.y0), pixels(item.box.x1),
                 pixels(item.box.y1)};
  for (const auto &[name, value] : item.fields)
    json[name] = jsonOf(value);
  return json;
}

ordered_json jsonOf(const NamedResult &result) {
  if (!result.value)
    return nullptr;
  if (const auto *value = std::get_if<ResultValue>(&*result.value))
    return jsonOf(*value);
  ordered_json list = ordered_json::array();
  for (const FoundItem &item : std::get<std::vector<FoundItem>>(*result.value))
    list.push_back(jsonOf(item));
  return list;
}

/// "neuron, cpu".
std::string devicesText(const StageTiming &timing) {
  std::string text;
  for (const std::string &device : timing.devices)
    text += (text.empty() ? "" : ", ") + device;
  return text;
}

ordered_json jsonOf(const StageTiming &timing) {
  ordered_json json = {{"stage", timing.stage}};
  if (timing.model.empty())
    json["uses"] = timing.uses;
  else
    json.update({{"model", timing.model}, {"format", timing.format}});
  json["device"] = devicesText(timing);
  if (std::ranges::any_of(timing.devices, isServedHere))
    json["stand_in"] = true;
  json.update({{"calls", timing.calls}, {"ms", rounded(timing.milliseconds, 1e3)}});
  return json;
}

} // namespace

ordered_json modelsAsJson(const std::vector<ModelProfile> &profile) {
  ordered_json list = ordered_json::array();
  for (const ModelProfile &model : profile)
    list.push_back({{"model", model.model},
                    {"regions", regionsAsJson(model.regions)},
                    {"notices", model.notices}});
  return list;
}

namespace {

std::string_view frameworkName(std::string_view format) {
  if (format == "tflite")
    return "TensorFlow Lite";
  if (format == "keras")
    return "Keras";
  if (format == "torch")
    return "PyTorch";
  if (format == "onnx")
    return "ONNX";
  if (format == "tensorflow")
    return "TensorFlow";
  if (format == "mxnet")
    return "MXNet";
  return format;
}

template <typename... Values> std::string print(const char *format, Values... values) {
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

constexpr std::string_view kBold = "\033[1m", kDim = "\033[2m", kGreen = "\033[32m",
                           kRed = "\033[31m", kPlain = "\033[0m";

class TextReport {
public:
  explicit TextReport(bool colours) : colours_(colours) {}

  std::string table(const std::vector<StageTiming> &timings) {
    writeTimings(timings, "ms a frame");
    return std::move(text_);
  }

  std::string write(const PictureReport &report) {
    text_ = styled(kBold, report.path) + print("  %d x %d\n", report.width, report.height);
    for (const NamedResult &result : report.result.results)
      writeResult(result);
    writeTimings(report.result.timings, "ms");
    if (!report.saved.empty())
      text_ += "  saved " + report.saved + "\n";
    return std::move(text_);
  }

private:
  std::string styled(std::string_view style, const std::string &text) const {
    return colours_ ? std::string(style) + text + std::string(kPlain) : text;
  }

  std::string wordOf(const ResultValue &value) const {
    if (const auto *number = std::get_if<double>(&value))
      return print("%.3f", *number);
    if (const auto *word = std::get_if<std::string>(&value))
      return *word == "live"   ? styled(kGreen, *word)
             : *word == "fake" ? styled(kRed, *word)
                               : *word;
    if (const auto *tensor = std::get_if<TensorResult>(&value))
      return std::string(elementTypeName(tensor->type)) + " " + shapeText(tensor->shape) +
             (tensor->saved.empty() ? "" : ", saved " + tensor->saved);
    return print("%zu scores", std::get<std::vector<double>>(value).size());
  }

  void writeItem(const std::string &resultName, const FoundItem &item) {
    text_ += "    " + titleOf(resultName, item) +
             print("  at %.0f, %.0f  %.0f x %.0f", item.box.x0, item.box.y0, item.box.width(),
                   item.box.height());
    for (const auto &[name, value] : item.fields)
      if (!std::holds_alternative<std::vector<double>>(value)) // too long to read
        text_ += "  " + name + " " + wordOf(value);
    text_ += "\n";
  }

  void writeResult(const NamedResult &result) {
    text_ += "  " + result.name + ": ";
    if (!result.value) {
      text_ += "left out\n";
    } else if (const auto *value = std::get_if<ResultValue>(&*result.value)) {
      text_ += wordOf(*value) + "\n";
    } else {
      const auto &items = std::get<std::vector<FoundItem>>(*result.value);
      text_ += items.empty() ? "none\n" : std::to_string(items.size()) + "\n";
      for (const FoundItem &item : items)
        writeItem(result.name, item);
    }
  }

  void writeTimings(const std::vector<StageTiming> &timings, const std::string &unit) {
    size_t stage = 5, model = 5, device = 6, time = std::max<size_t>(9, unit.size());
    auto modelText = [](const StageTiming &timing) {
      return timing.model.empty() ? "(" + timing.uses + ")" : timing.model;
    };
    for (const StageTiming &timing : timings) {
      stage = std::max(stage, timing.stage.size());
      model = std::max(model, modelText(timing).size());
      device = std::max(device, devicesText(timing).size());
    }
    auto row = [&](const std::string &first, const std::string &second, std::string_view framework,
                   const std::string &where, const std::string &calls, const std::string &ms) {
      return print("  %-*s  %-*s  %-15.*s  %-*s  %5s  %*s", static_cast<int>(stage), first.c_str(),
                   static_cast<int>(model), second.c_str(), static_cast<int>(framework.size()),
                   framework.data(), static_cast<int>(device), where.c_str(), calls.c_str(),
                   static_cast<int>(time), ms.c_str());
    };
    text_ += styled(kDim, row("stage", "model", "framework", "device", "calls", unit)) + "\n";
    double total = 0;
    for (const StageTiming &timing : timings) {
      total += timing.milliseconds;
      std::string line =
          row(timing.stage, modelText(timing), frameworkName(timing.format), devicesText(timing),
              print("%d", timing.calls), timing.calls ? print("%.2f", timing.milliseconds) : "-");
      text_ += (timing.model.empty() ? styled(kDim, line) : line) + "\n";
    }
    text_ += styled(kBold, row("all", "", "", "", "", print("%.2f", total))) + "\n";
  }

  bool colours_;
  std::string text_;
};

} // namespace

ordered_json resultsAsJson(const std::vector<NamedResult> &results) {
  ordered_json json = ordered_json::object();
  for (const NamedResult &result : results)
    json[result.name] = jsonOf(result);
  return json;
}

std::string reportAsJson(const PictureReport &report) {
  ordered_json json = {{"image", std::filesystem::path(report.path).filename().string()},
                       {"path", report.path}};
  if (report.frame)
    json["frame"] = report.frame;
  json.update({{"width", report.width}, {"height", report.height}});
  if (report.result.end != FrameEnd::kDone)
    json["ended"] = frameEndName(report.result.end);
  json.update(resultsAsJson(report.result.results));
  if (!report.saved.empty())
    json["saved"] = report.saved;
  if (!report.result.timings.empty())
    json["timings"] = timingsAsJson(report.result.timings);
  if (report.profile)
    json["profile"] = modelsAsJson(*report.profile);
  return jsonText(json, /*indent=*/-1);
}

std::string reportAsText(const PictureReport &report, bool colours) {
  return TextReport(colours).write(report);
}

std::string meanTimingTable(const std::vector<StageTiming> &timings, bool colours) {
  return TextReport(colours).table(timings);
}

ordered_json timingsAsJson(const std::vector<StageTiming> &timings) {
  ordered_json list = ordered_json::array();
  for (const StageTiming &timing : timings)
    list.push_back(jsonOf(timing));
  return list;
}

} // namespace tandem
