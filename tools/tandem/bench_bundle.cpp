#include "tools/tandem/bench_bundle.h"

#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/open_session.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;
double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
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

void print(const BenchBundleOptions &options, const Measurement &result) {
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

} // namespace

int benchBundle(const BenchBundleOptions &options) {
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

} // namespace tandem
