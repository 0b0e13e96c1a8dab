// Where the ops of the models of models.json go on a modelled MT6873: one file a model in
// placements/, and docs/generated/placement.md. Without an argument it writes them, with --check it
// says what is stale. Models that are not on this machine are left as they are.

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

/// Why ops of a kind are not on the NPU: "3 softmax: beta is not positive".
std::map<std::string, int> refusalsOf(const json &report) {
  std::map<std::string, int> refusals;
  for (const json &op : report["ops"])
    if (op["device"] != kNpu)
      ++refusals[op["op"].get<std::string>() + ": " +
                 op["alternatives"][kNpu]["why_not"].get<std::string>()];
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

std::string rowOf(const std::string &name, const json &greedy, const json &report) {
  double ops = 0, macs = 0;
  if (greedy["coverage"].contains(kNpu)) {
    ops = greedy["coverage"][kNpu]["ops"];
    macs = greedy["coverage"][kNpu]["macs"];
  }
  std::string reasons;
  for (const auto &[reason, count] : refusalsOf(greedy))
    reasons += (reasons.empty() ? "" : "<br>") + std::to_string(count) + " " + reason;
  std::ostringstream row;
  row << "| " << name << " | " << std::lround(ops * double(greedy["ops"].size())) << " of "
      << greedy["ops"].size() << " | " << percent(macs) << " | " << greedy["regions"].size()
      << " | " << reasons << " | " << milliseconds(report["placement"]["without_accelerators_us"])
      << " | " << milliseconds(report["placement"]["greedy_us"]) << " | "
      << milliseconds(report["placement"]["predicted_us"]) << " | " << report["regions"].size()
      << " |\n";
  return row.str();
}

constexpr char kHead[] =
    "# Placement on a modelled MT6873\n\n"
    "Made by `build/bin/placement_table`; a test says when it is stale. All times are "
    "**modelled**, "
    "by `devices/mt6873.json`, whose figures are public ones and assumptions: nothing here was "
    "measured on a device. The columns up to the reasons are about the greedy placement, which "
    "puts "
    "on the NPU whatever it can run; an op that the placement by cost leaves on the CPU though the "
    "NPU could run it stands with \"it does not pay\" in `tests/models/placements`.\n\n"
    "| model | ops on the NPU | MACs there | regions | not there, and why | CPU only, ms | greedy, "
    "ms | by cost, ms | regions by cost |\n|---|---|---|---|---|---|---|---|---|\n";

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
