#include "tools/tandem/app_costs.h"

#include "base/processor_name.h"
#include "pipeline/plan/cut_models.h"
#include "pipeline/plan/devices.h"
#include "pipeline/plan/profile_application.h"
#include "runtime/device/device.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"
#include "tools/tandem/frame_input.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

namespace tandem {
namespace {

/// Frames that costs are measured on: so many of each video, and of all inputs together at most.
constexpr int64_t kFramesOfAVideo = 30;
constexpr size_t kMostFrames = 60, kFewFrames = 10;

/// Frames all over the inputs, so that what enters and leaves is seen. What cannot be read is left
/// out: the run that costs are asked for meets that in its place.
Result<std::vector<Image>> sampleFrames(const std::vector<std::string> &inputs, size_t most) {
  std::vector<Image> frames;
  std::optional<Error> firstError;
  FrameInput input(inputs);
  InputFrame frame;
  while (frames.size() < most) {
    Result<bool> more = input.next(frame);
    if (!more.ok()) {
      if (!firstError)
        firstError = more.error();
      continue;
    }
    if (!*more)
      break;
    int64_t apart = std::max<int64_t>(1, input.frames() /
                                             std::min(kFramesOfAVideo, static_cast<int64_t>(most)));
    if ((frame.number - 1) % apart == 0) // the first one too: there may be few
      frames.push_back(std::move(frame.image));
  }
  if (frames.empty())
    return firstError ? *firstError
                      : Error(Code::kInvalidArgument, inputs.front(),
                              "there is no frame to measure costs on");
  return frames;
}

/// What the first frames of these inputs take to be read and decoded, the median; 0 where none can
/// be. A frame that opens its video is not one of them.
double readTimeUs(const std::vector<std::string> &inputs) {
  constexpr size_t kReads = 15, kRounds = 3; // few inputs are read again
  std::vector<double> times;
  for (size_t round = 0; round < kRounds && times.size() < kReads; ++round) {
    FrameInput input(inputs);
    InputFrame frame;
    for (Result<bool> more = true; times.size() < kReads && (!more.ok() || *more);) {
      more = input.next(frame);
      if (more.ok() && *more && frame.number != 1)
        times.push_back(frame.loadMs * 1e3);
    }
  }
  std::ranges::sort(times);
  return times.empty() ? 0 : times[times.size() / 2];
}

/// One device of each kind, and a second core where there is one.
ProfileOptions whatToMeasure(const std::vector<PipelineDevice> &devices) {
  ProfileOptions options;
  auto kindIsIn = [](const std::vector<PipelineDevice> &list, const PipelineDevice &device) {
    return std::ranges::find(list, device.kind, &PipelineDevice::kind) != list.end();
  };
  for (const PipelineDevice &device : devices)
    if (!kindIsIn(options.devices, device))
      options.devices.push_back(device);
    else if (!kindIsIn(options.partners, device))
      options.partners.push_back(device);
  options.machine = machineName();
  return options;
}

} // namespace

std::string machineName() {
  std::string cores;
  for (const CpuCluster &cluster : clustersOf(usableCores()))
    cores += (cores.empty() ? "" : " + ") + std::to_string(cluster.count);
  return processorName() + ", " + cores + (cores == "1" ? " core" : " cores");
}

/// In UTC, as ISO 8601 has it.
static std::string timeNow() {
  std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  std::array<char, 32> text = {};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// What costs are of, beside the application.
static std::string circumstances() {
  std::string modelled; // such times are of no use where a device's own are asked for
  for (const Device *device : devices())
    if (device->timesAreModelled())
      modelled += " modelled " + std::string(device->name());
  return machineName() + modelled;
}

static Result<std::string> placeOfCosts(const OpenedApp &app, bool quickly, bool ofCores) {
  return cachePlace("profiles", app.parts.app.name + ".json",
                    app.identity + circumstances() + (ofCores ? " of cores" : "") +
                        (quickly ? " quickly" : ""));
}

Result<std::string> placeOfCosts(const OpenedApp &app, bool quickly) {
  return placeOfCosts(app, quickly, /*ofCores=*/!app.opensAccelerators);
}

/// Costs of this application that the cache has and that will do, best first: what more devices or
/// more frames told is as good where fewer are enough.
static std::vector<AppProfile> costsKept(const OpenedApp &app, bool quickly) {
  std::vector<AppProfile> kept;
  for (bool ofCores : app.opensAccelerators ? std::vector{false} : std::vector{false, true})
    for (bool few : quickly ? std::vector{false, true} : std::vector{false})
      if (Result<std::string> place = placeOfCosts(app, few, ofCores); place.ok())
        if (Result<AppProfile> known = loadAppProfile(*place); known.ok())
          kept.push_back(*std::move(known));
  return kept;
}

Result<std::string> placeOfSplit(const OpenedApp &app, const std::string &limits) {
  return cachePlace("splits", app.parts.app.name + ".txt", app.identity + circumstances() + limits);
}

Result<AppProfile> measureCosts(const OpenedApp &app, const StepTable &table,
                                const std::vector<std::string> &inputs, bool quickly) {
  if (inputs.empty())
    return Error(Code::kNotFound, app.parts.app.path,
                 "nothing is known of its costs on this machine, give pictures or a video to "
                 "measure them on");
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  TANDEM_ASSIGN_OR_RETURN(std::vector<Image> frames,
                          sampleFrames(inputs, quickly ? kFewFrames : kMostFrames));
  AppTasks tasks = tasksOf(app.parts.app, app.parts.runners);
  WorkReport report = app.report ? app.report : [](auto &&...) {};
  std::string title = "profile " + app.parts.app.name + " on " + std::to_string(frames.size()) +
                      (frames.size() == 1 ? " frame" : " frames");
  ProfileOptions options = whatToMeasure(devicesFor(tasks, profile, clustersOf(usableCores())));
  if (!app.opensAccelerators) { // nor does a core beside a core tell of another machine's
    std::erase_if(options.devices, [](const PipelineDevice &one) { return !one.runsSteps; });
    options.partners.clear();
  }
  options.readUs = readTimeUs(inputs);
  options.progress = [&](const std::string &stage, double done) { report(title, stage, done); };
  if (quickly)
    options.rounds = 1;
  Result<AppProfile> costs = profileApplication(app.parts, table, frames, options);
  report(title, "", 1);
  if (costs.ok())
    costs->measuredAt = timeNow();
  return costs;
}

Result<AppProfile> costsHere(const OpenedApp &app, const StepTable &table, const std::string &file,
                             const std::vector<std::string> &inputs, bool quickly) {
  auto asMeasured = [&](const AppProfile &costs) {
    return cutModelsAs(costs.cuts, app.parts.app, app.parts.runners);
  };
  if (!file.empty()) {
    TANDEM_ASSIGN_OR_RETURN(AppProfile costs, loadAppProfile(file));
    if (costs.application != app.parts.app.name)
      return Error(Code::kInvalidArgument, file, "has the costs of application '",
                   costs.application, "', not of '", app.parts.app.name, "'");
    TANDEM_RETURN_IF_ERROR(asMeasured(costs));
    return costs;
  }
  for (AppProfile &known : costsKept(app, quickly))
    if (asMeasured(known).ok()) {
      if (!inputs.empty()) // they need not be what the rest was measured on
        known.overheads.readUs = readTimeUs(inputs);
      return std::move(known);
    }
  TANDEM_ASSIGN_OR_RETURN(AppProfile costs, measureCosts(app, table, inputs, quickly));
  Result<std::string> place = placeOfCosts(app, quickly);
  Status saved = place.ok() ? saveAppProfile(*place, costs) : Status(place.error());
  if (!saved.ok() && app.warn)
    app.warn(saved.error().subject + ": warning: costs are measured each time, the cache cannot " +
             "keep them: " + saved.error().message);
  return costs;
}

} // namespace tandem
