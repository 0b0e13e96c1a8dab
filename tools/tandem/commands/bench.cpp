// tandem bench: how long a bundle or an application takes.

#include "tools/tandem/bench_app.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/open_session.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <numeric>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;
double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Options {
  std::string bundle, model;
  BenchAppOptions app;
  std::vector<CLI::Option *> appOptions, pipelineOptions; ///< that only these have
  int threads = 1;
  double seconds = 2;
  bool json = false;
};

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

struct RegionTime {
  std::string name, backend;
  double totalUs = 0;
};

struct Measurement {
  double openMs = 0;
  std::vector<double> runsMs;
  std::vector<RegionTime> regions;

  double median() const { return runsMs[runsMs.size() / 2]; }
  double mean() const {
    return std::accumulate(runsMs.begin(), runsMs.end(), 0.0) / static_cast<double>(runsMs.size());
  }
};

/// A warm-up of a fifth of the time, then runs until the time is over, at least ten.
Status measure(Session &session, double seconds, Measurement &result) {
  auto runFor = [&](double limit, size_t least) -> Status {
    result.runsMs.clear();
    for (RegionTime &region : result.regions)
      region.totalUs = 0;
    Clock::time_point start = Clock::now();
    while (result.runsMs.size() < least || millisecondsSince(start) < limit * 1e3) {
      Clock::time_point begin = Clock::now();
      TANDEM_RETURN_IF_ERROR(session.run());
      result.runsMs.push_back(millisecondsSince(begin));
      for (size_t i = 0; i < result.regions.size(); ++i)
        result.regions[i].totalUs += session.profile()[i].lastUs;
    }
    return Status();
  };
  for (const RegionProfile &region : session.profile())
    result.regions.push_back({std::string(region.name), std::string(region.backend)});
  TANDEM_RETURN_IF_ERROR(runFor(seconds / 5, 1));
  TANDEM_RETURN_IF_ERROR(runFor(seconds, 10));
  std::sort(result.runsMs.begin(), result.runsMs.end());
  return Status();
}

void print(const Options &options, const Measurement &result) {
  double runs = static_cast<double>(result.runsMs.size());
  if (options.json) {
    nlohmann::ordered_json regions = nlohmann::json::array();
    for (const RegionTime &region : result.regions)
      regions.push_back(
          {{"name", region.name}, {"backend", region.backend}, {"mean_us", region.totalUs / runs}});
    nlohmann::ordered_json report = {{"bundle", options.bundle},
                                     {"threads", options.threads},
                                     {"runs", result.runsMs.size()},
                                     {"median_ms", result.median()},
                                     {"min_ms", result.runsMs.front()},
                                     {"max_ms", result.runsMs.back()},
                                     {"mean_ms", result.mean()},
                                     {"open_ms", result.openMs},
                                     {"regions", regions}};
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  std::printf("%s: median %.3f ms, min %.3f, mean %.3f, max %.3f over %zu runs on %d thread%s; "
              "opened in %.2f ms\n",
              options.bundle.c_str(), result.median(), result.runsMs.front(), result.mean(),
              result.runsMs.back(), result.runsMs.size(), options.threads,
              options.threads == 1 ? "" : "s", result.openMs);
  for (const RegionTime &region : result.regions)
    std::printf("  %-20s %-10s %10.1f us\n", region.name.c_str(), region.backend.c_str(),
                region.totalUs / runs);
}

int benchBundle(const Options &options) {
  Measurement result;
  Clock::time_point start = Clock::now();
  auto session = openSession(options.bundle, options.model, options.threads);
  if (!session)
    return refuseRequest(session.error());
  result.openMs = millisecondsSince(start);
  for (const TensorView &input : (*session)->inputs())
    fillInput(input);
  if (Status status = measure(**session, options.seconds, result); !status.ok())
    return refuse(status.error());
  print(options, result);
  return kExitDone;
}

int bench(Options &options) {
  std::string ofApplications = firstGiven(options.appOptions);
  std::string ofPipelines = firstGiven(options.pipelineOptions);
  if (!isApplication(options.bundle)) {
    std::string ofNoBundle = ofApplications.empty() ? ofPipelines : ofApplications;
    if (options.app.pipeline.enabled)
      ofNoBundle = "--pipeline";
    if (!ofNoBundle.empty())
      return wrongUsage("bench", ofNoBundle + " is for an application (.yaml)");
    return benchBundle(options);
  }
  if (!options.model.empty())
    return wrongUsage("bench", "--model-name is for a bundle");
  if (!ofPipelines.empty() && !options.app.pipeline.enabled)
    return wrongUsage("bench", ofPipelines + " is for --pipeline");
  if (options.app.inputs.empty())
    return wrongUsage("bench", "an application needs at least one picture or video");
  options.app.app.file = options.bundle;
  options.app.app.threads = options.threads;
  options.app.seconds = options.seconds;
  options.app.json = options.json;
  return benchApp(options.app);
}

} // namespace

void registerBench(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "bench", "Measure how long a bundle takes on made-up inputs, or an application on frames.",
      "  tandem bench emotion.tandem\n"
      "  tandem bench emotion.tandem --threads 2 --json\n"
      "  tandem bench apps/showcase/showcase.yaml clip.mp4 --pipeline");
  command
      .add_option("FILE", options->bundle,
                  "a bundle that 'tandem compile' wrote, or an application (.yaml)")
      ->required();
  CLI::Option *frames =
      command.add_option("FRAMES", options->app.inputs,
                         "the application's pictures and videos, decoded before the clock starts");
  options->appOptions = addAppOptions(command, options->app.app);
  options->appOptions.push_back(frames);
  options->pipelineOptions = addPipelineOptions(command, options->app.pipeline, /*runs=*/true);
  command.add_option("-t,--threads", options->threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--seconds", options->seconds, "how long to measure, after a warm-up")
      ->check(numberWithin(0.01, 3600))
      ->capture_default_str();
  command
      .add_option("--model-name", options->model, "which model of the bundle [default: the first]")
      ->check(notEmpty());
  command.add_flag("--json", options->json, "for a program to read");
  table.onRun(command, [options] { return bench(*options); });
}

} // namespace tandem
