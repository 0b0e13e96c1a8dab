#include "tools/tandem/bench_bundle.h"

#include "base/printable.h"
#include "bundle/reader.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/open_session.h"
#include "tools/tandem/stand_in.h"
#include "tools/tandem/units.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;
double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A line of /proc/self/status in megabytes; 0 where there is none.
double memoryMb(std::string_view key) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line))
    if (line.starts_with(key))
      return std::strtod(line.c_str() + key.size(), nullptr) / 1024;
  return 0;
}

/// Values that no operator turns into NaN or a denormal: small, of both signs, all different.
void fillInput(const TensorView &tensor) {
  for (size_t i = 0; i < tensor.bytes; ++i)
    tensor.data[i] = static_cast<std::byte>(i * 37 % 251);
  if (tensor.type != ElementType::kF32)
    return;
  for (size_t i = 0; i < tensor.bytes / sizeof(float); ++i) {
    float value = static_cast<float>(i * 37 % 251) / 125.0f - 1.0f;
    std::memcpy(tensor.data + i * sizeof value, &value, sizeof value);
  }
}

double medianOf(std::vector<double> values) {
  auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double meanOf(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct RegionTime {
  std::string name, backend;
  bool isStandIn = false;      ///< RegionProfile::ranOn of the last run, as isServedHere() has it
  std::vector<double> us = {}; ///< of each run
  std::vector<std::vector<double>> stepsUs = {}; ///< by step: of each run
};

struct Measurement {
  double openMs = 0;
  double peakMb = 0; ///< by how much the process grew at most, from the bundle not opened to the
                     ///< end of the first run: later ones take no more, but their times do
  size_t runs = 0;
  std::vector<double> runsMs; ///< of a run, each the mean of a batch
  std::vector<RegionTime> regions;

  double median() const { return runsMs[runsMs.size() / 2]; }
  double mean() const { return meanOf(runsMs); }
};

void add(const RegionProfile &run, RegionTime &region) {
  region.isStandIn = isServedHere(run.ranOn);
  region.us.push_back(run.lastUs);
  region.stepsUs.resize(run.steps.size());
  for (size_t step = 0; step < run.steps.size(); ++step)
    region.stepsUs[step].push_back(run.steps[step].lastUs);
}

/// How many runs one look at the clock is for: runs may be shorter than what that takes.
int batchFor(double runMs) {
  constexpr double kBatchMs = 0.02;
  return runMs >= kBatchMs ? 1 : static_cast<int>(kBatchMs / std::max(runMs, 1e-5));
}

/// A warm-up of a fifth of the time, then runs until the time is over, at least ten batches.
Status measure(Session &session, double seconds, Measurement &result) {
  auto runFor = [&](double limit, size_t least, int batch) -> Status {
    result.runs = 0;
    result.runsMs.clear();
    for (RegionTime &region : result.regions) {
      region.us.clear();
      for (std::vector<double> &step : region.stepsUs)
        step.clear();
    }
    Clock::time_point start = Clock::now();
    while (result.runsMs.size() < least || millisecondsSince(start) < limit * 1e3) {
      Clock::time_point begin = Clock::now();
      for (int run = 0; run < batch; ++run)
        TANDEM_RETURN_IF_ERROR(session.run());
      result.runsMs.push_back(millisecondsSince(begin) / batch);
      result.runs += static_cast<size_t>(batch);
      for (size_t i = 0; i < result.regions.size(); ++i)
        add(session.profile()[i], result.regions[i]);
    }
    return Status();
  };
  for (const RegionProfile &region : session.profile())
    result.regions.push_back(
        {.name = std::string(region.name), .backend = std::string(region.backend)});
  TANDEM_RETURN_IF_ERROR(runFor(seconds / 5, 1, 1));
  TANDEM_RETURN_IF_ERROR(runFor(seconds, 10, batchFor(medianOf(result.runsMs))));
  std::sort(result.runsMs.begin(), result.runsMs.end());
  return Status();
}

nlohmann::ordered_json asJson(const RegionTime &region, std::span<const StepTime> steps,
                              bool withSteps) {
  nlohmann::ordered_json json = {{"name", region.name},
                                 {"backend", region.backend},
                                 {"stand_in", region.isStandIn},
                                 {"median_us", medianOf(region.us)},
                                 {"mean_us", meanOf(region.us)}};
  if (!withSteps)
    return json;
  json["steps"] = nlohmann::json::array();
  for (size_t i = 0; i < region.stepsUs.size(); ++i)
    json["steps"].push_back({{"name", steps[i].name},
                             {"op", steps[i].op},
                             {"units", steps[i].units},
                             {"schedule", steps[i].schedule},
                             {"median_us", medianOf(region.stepsUs[i])}});
  return json;
}

void printSteps(const RegionTime &region, std::span<const StepTime> steps) {
  if (region.stepsUs.empty())
    return;
  constexpr size_t kWidest = 40;
  size_t width = 2; // of "op"
  for (const StepTime &step : steps)
    width = std::max(width, std::min(step.op.size(), kWidest));
  std::printf("    %13s  %5s  %-*s  step\n", "median", "units", static_cast<int>(width), "op");
  for (size_t i = 0; i < region.stepsUs.size(); ++i)
    std::printf("    %10.2f us  %5lld  %-*s  %s\n", medianOf(region.stepsUs[i]),
                static_cast<long long>(steps[i].units), static_cast<int>(width),
                shortened(steps[i].op, kWidest).c_str(), shortened(steps[i].name).c_str());
}

void print(const BenchBundleOptions &options, const std::string &device, const Session &session,
           const Measurement &result) {
  if (options.json) {
    nlohmann::ordered_json regions = nlohmann::json::array();
    for (size_t i = 0; i < result.regions.size(); ++i)
      regions.push_back(asJson(result.regions[i], session.profile()[i].steps, options.steps));
    nlohmann::ordered_json report = {{"bundle", options.file()},
                                     {"device", device},
                                     {"threads", options.threads},
                                     {"runs", result.runs},
                                     {"median_ms", result.median()},
                                     {"min_ms", result.runsMs.front()},
                                     {"max_ms", result.runsMs.back()},
                                     {"mean_ms", result.mean()},
                                     {"open_ms", result.openMs},
                                     {"peak_mb", result.peakMb},
                                     {"regions", regions}};
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  auto text = [](double ms) { return timeText(ms * 1e3); };
  std::printf("%s: median %s, min %s, mean %s, max %s over %zu runs on %d thread%s; opened in %s, "
              "%.1f MB\n",
              options.file().c_str(), text(result.median()).c_str(),
              text(result.runsMs.front()).c_str(), text(result.mean()).c_str(),
              text(result.runsMs.back()).c_str(), result.runs, options.threads,
              options.threads == 1 ? "" : "s", text(result.openMs).c_str(), result.peakMb);
  std::printf("medians of its regions%s:\n", options.steps ? " and their steps" : "");
  for (size_t i = 0; i < result.regions.size(); ++i) {
    const RegionTime &region = result.regions[i];
    std::printf("  %-20s %-10s %10.1f us\n", region.name.c_str(), region.backend.c_str(),
                medianOf(region.us));
    printSteps(region, session.profile()[i].steps);
  }
  std::string standIn = standInText(session.profile());
  std::fputs((standIn.empty() ? elsewhereText(device) : standIn).c_str(), stdout);
}

/// What the bundle was compiled for; "": it does not say.
std::string deviceOf(const std::string &bundle) {
  Result<bundle::Reader> reader = bundle::Reader::open(bundle);
  if (!reader.ok() || !reader->manifest().report())
    return "";
  auto report = nlohmann::json::parse(reader->manifest().report()->string_view(), nullptr,
                                      /*allow_exceptions=*/false);
  if (!report.is_object() || !report.contains("device") || !report["device"].is_object() ||
      !report["device"].contains("name") || !report["device"]["name"].is_string())
    return ""; // a stranger's
  return report["device"]["name"].get<std::string>();
}

} // namespace

int benchBundle(const BenchBundleOptions &options) {
  Measurement result;
  double beforeMb = memoryMb("VmRSS:");
  Clock::time_point start = Clock::now();
  auto session =
      openSession(options.bundle, options.model,
                  {.threads = options.threads, .faults = {}, .timesSteps = options.steps});
  if (!session)
    return refuseRequest(session.error());
  result.openMs = millisecondsSince(start);
  for (const TensorView &input : (*session)->inputs())
    fillInput(input);
  if (Status status = (*session)->run(); !status.ok())
    return refuse(status.error());
  result.peakMb = std::max(0.0, memoryMb("VmHWM:") - beforeMb);
  if (Status status = measure(**session, options.seconds, result); !status.ok())
    return refuse(status.error());
  print(options, deviceOf(options.bundle), **session, result);
  return kExitDone;
}

} // namespace tandem
