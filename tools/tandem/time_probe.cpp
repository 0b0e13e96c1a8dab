#include "tools/tandem/time_probe.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace tandem {

void TimedProbe::Free::operator()(std::byte *memory) const {
  std::free(memory);
}

Result<TimedProbe> TimedProbe::open(const OpProbe &probe) {
  TimedProbe timed;
  size_t size = (probe.bundle.size() + 63) / 64 * 64;
  timed.bytes_.reset(static_cast<std::byte *>(std::aligned_alloc(64, size)));
  if (!timed.bytes_)
    return Error(Code::kUnavailable, probe.node, "no memory for ", size, " bytes");
  std::memcpy(timed.bytes_.get(), probe.bundle.data(), probe.bundle.size());
  TANDEM_ASSIGN_OR_RETURN(auto bundle,
                          Bundle::openBytes({timed.bytes_.get(), probe.bundle.size()}, probe.node));
  SessionOptions options;
  options.timesSteps = true;
  TANDEM_ASSIGN_OR_RETURN(timed.session_, Session::create(bundle, "", options));
  return timed;
}

Result<double> TimedProbe::time() {
  constexpr int kWarmUp = 3, kMost = 200;
  constexpr double kEnoughUs = 20e3;
  std::vector<double> times;
  double total = 0;
  for (int run = 0; run < kMost && (total < kEnoughUs || times.size() < 3); ++run) {
    TANDEM_RETURN_IF_ERROR(session_->run());
    double us = 0;
    for (const RegionProfile &region : session_->profile())
      us += region.lastUs;
    if (run >= kWarmUp)
      times.push_back(us), total += us;
  }
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

std::string TimedProbe::schedule() const {
  for (const RegionProfile &region : session_->profile())
    for (const StepTime &step : region.steps)
      if (!step.schedule.empty())
        return std::string(step.schedule);
  return "";
}

} // namespace tandem
