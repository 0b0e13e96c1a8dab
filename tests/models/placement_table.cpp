// Where the ops of the models of models.json go on a modelled MT6873: one file a model in
// placements/, and docs/generated/placement.md. Without an argument it writes them, with --check it
// says what is stale; either way, where the placement by cost is not the fastest. Models that are
// not on this machine are left as they are.

#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "tests/models/golden_models.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace tandem::test {
namespace {

using nlohmann::json;

constexpr char kDevice[] = "mt6873", kNpu[] = "neuron";

Result<json> place(const std::string &path, CompileSettings::Placement policy) {
  CompileRequest request;
  request.modelPath = path;
  request.device = kDevice;
  request.placement = policy;
  TANDEM_ASSIGN_OR_RETURN(CompiledModel placed, checkModel(request));
  return json::parse(placed.reportJson);
}

/// Why ops are not on the NPU, "softmax: beta must be positive, is -1", and how many. Nearly every
/// reason begins with the kind of the op.
std::map<std::string, int> refusalsOf(const json &report) {
  std::map<std::string, int> refusals;
  for (const json &op : report["ops"]) {
    if (op["device"] == kNpu)
      continue;
    std::string kind = op["op"].get<std::string>() + ": ";
    std::string reason = op["alternatives"][kNpu]["why_not"].get<std::string>();
    ++refusals[reason.starts_with(kind) ? reason : kind + reason];
  }
  return refusals;
}

/// The placement as it is reviewed: no times, which change with the device's model.
std::string textOf(const json &report) {
  std::ostringstream out;
  for (const json &region : report["regions"])
    out << region["name"].get<std::string>() << " on " << region["device"].get<std::string>()
        << ": " << region["ops"] << " ops, " << region["bytes_in"] << " bytes in, "
        << region["bytes_out"] << " bytes out\n";
  for (const json &op : report["ops"]) {
    out << op["region"].get<std::string>() << "  " << op["op"].get<std::string>() << "  "
        << op["node"].get<std::string>();
    if (op.contains("composite"))
      out << "  (" << op["composite"].get<std::string>() << ")";
    if (op["device"] != kNpu) {
      const json &refused = op["alternatives"][kNpu];
      out << "  -- not on the NPU: ";
      if (refused["supported"].get<bool>())
        out << "it does not pay";
      else
        for (size_t i = 0; i < refused["reasons"].size(); ++i)
          out << (i ? "; " : "") << refused["reasons"][i].get<std::string>();
    }
    out << "\n";
  }
  return out.str();
}

std::string milliseconds(const json &us) {
  if (us.is_null())
    return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", us.get<double>() / 1e3);
  return text;
}

std::string percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * part);
  return text;
}

/// "26 of 28" of its ops, as a placement has them on the NPU.
std::string opsText(const json &report) {
  auto onNpu =
      std::ranges::count_if(report["ops"], [](const json &op) { return op["device"] == kNpu; });
  return onNpu ? std::to_string(onNpu) + " of " + std::to_string(report["ops"].size()) : "none";
}

std::string rowOf(const std::string &name, const json &greedy, const json &report) {
  double macs =
      greedy["coverage"].contains(kNpu) ? greedy["coverage"][kNpu]["macs"].get<double>() : 0;
  std::string reasons;
  for (const auto &[reason, count] : refusalsOf(greedy))
    reasons += (reasons.empty() ? "" : "<br>") + std::to_string(count) + " " + reason;
  const json &placement = report["placement"];
  std::ostringstream row;
  row << "| " << name << " | " << opsText(greedy) << " | " << percent(macs) << " | " << reasons
      << " | " << milliseconds(placement["without_accelerators_us"]) << " | "
      << milliseconds(placement["greedy_us"]) << " | " << greedy["regions"].size() << " | "
      << milliseconds(placement["predicted_us"]) << " | " << report["regions"].size() << " | "
      << opsText(report) << " |\n";
  return row.str();
}

constexpr char kHead[] = R"(# Placement on a modelled MT6873

Made by `build/bin/placement_table`; a test says when it is stale. All times are **modelled**, by `devices/mt6873.json`, whose figures are public ones and assumptions: nothing here was measured on a device.

- *can run*: the ops that the NPU can run, their part of the model's multiply-accumulates, and every reason for the others.
- *greedy*: all of them are on the NPU (`--placement greedy`). Each change of processor ends a region; each region of the NPU costs 0.25 ms for its call and 0.02 ms for every value that comes or goes.
- *by cost*: the ops are where the whole run is predicted to take least (`--placement cost`, the default), which is never longer than the other two. A model that takes the CPU less than a call of the NPU stays on the CPU.

`tests/models/placements` has the placement by cost op by op; what the NPU could run and the CPU has stands there with "it does not pay".

| model | can run | of the MACs | not, and why | CPU only, ms | greedy, ms | regions | by cost, ms | regions | ops on the NPU |
|---|---|---|---|---|---|---|---|---|---|
)";

std::string readText(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Rows by model of the table as it is now.
std::map<std::string, std::string> rowsOf(const std::string &table) {
  std::map<std::string, std::string> rows;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| ") && !line.starts_with("| model "))
      rows[line.substr(2, line.find(" |", 2) - 2)] = line + "\n";
  return rows;
}

class Table {
public:
  explicit Table(bool check)
      : check_(check), path_(goldenFolder() + "/../../docs/generated/placement.md"),
        rows_(rowsOf(readText(path_))) {}

  void add(const GoldenModel &model, const std::string &path) {
    auto report = place(path, CompileSettings::Placement::kCost);
    auto greedy = place(path, CompileSettings::Placement::kGreedy);
    if (!report.ok() || !greedy.ok())
      return complain((report.ok() ? greedy : report).error().text());
    const json &placement = (*report)["placement"];
    for (const char *other : {"without_accelerators_us", "greedy_us"})
      if (!placement[other].is_null() && placement["predicted_us"] > placement[other])
        complain(model.name + ": placed by cost it is slower than " + other);
    update(goldenFolder() + "/placements/" + model.name + ".txt", textOf(*report));
    rows_[model.name] = rowOf(model.name, *greedy, *report);
  }

  /// The exit code.
  int finish() {
    std::string text = kHead;
    for (const GoldenModel &model : goldenModels())
      if (rows_.contains(model.name))
        text += rows_[model.name];
    update(path_, text);
    return failed_;
  }

private:
  void update(const std::string &path, const std::string &text) {
    if (!check_) {
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      if (Status status = writeFileAtomically(path, text); !status.ok())
        complain(status.error().text());
    } else if (readText(path) != text) {
      complain(std::filesystem::path(path).lexically_normal().string() +
               " is stale: run build/bin/placement_table and look at what changed");
    }
  }

  void complain(const std::string &text) {
    std::fprintf(stderr, "%s\n", text.c_str());
    failed_ = true;
  }

  bool check_;
  std::string path_;
  std::map<std::string, std::string> rows_;
  bool failed_ = false;
};

} // namespace
} // namespace tandem::test

int main(int argc, char **argv) {
  tandem::test::Table table(argc > 1 && std::string_view(argv[1]) == "--check");
  int absent = 0;
  for (const tandem::test::GoldenModel &model : tandem::test::goldenModels())
    if (auto path = tandem::test::locate(model))
      table.add(model, *path);
    else
      ++absent;
  if (absent)
    std::printf("%d models are not on this machine\n", absent);
  return table.finish();
}
