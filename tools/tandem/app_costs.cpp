#include "tools/tandem/app_costs.h"

#include "base/processor_name.h"
#include "pipeline/plan/cut_models.h"
#include "pipeline/plan/devices.h"
#include "pipeline/plan/profile_application.h"
#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"
#include "tools/tandem/frame_input.h"

#include <algorithm>

namespace tandem {
namespace {

/// Frames that costs are measured on: so many of each video, and of all inputs together at most.
constexpr int64_t kFramesOfAVideo = 30;
constexpr size_t kMostFrames = 60;

/// Frames all over the inputs, so that what enters and leaves is seen.
struct Sample {
  std::vector<Image> frames;
  double readUs = 0; ///< of a video's frame; 0: there is none
};

Result<Sample> sampleFrames(const std::vector<std::string> &inputs) {
  Sample sample;
  std::vector<double> times;
  FrameInput input(inputs);
  InputFrame frame;
  while (sample.frames.size() < kMostFrames) {
    Result<bool> more = input.next(frame);
    if (!more.ok() && sample.frames.empty())
      return more.error();
    if (!more.ok() || !*more) // the run that costs are asked for meets the error in its place
      break;
    if (frame.number > 1) // the first one opens the video
      times.push_back(frame.loadMs * 1e3);
    int64_t apart = std::max<int64_t>(1, input.frames() / kFramesOfAVideo);
    if (frame.number % apart == 0)
      sample.frames.push_back(std::move(frame.image));
  }
  if (!times.empty()) {
    std::ranges::sort(times);
    sample.readUs = times[times.size() / 2];
  }
  return sample;
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
  return processorName() + ", " + std::to_string(usableCores().size()) + " cores";
}

Result<std::string> placeOfCosts(const OpenedApp &app) {
  return cachePlace("profiles", app.parts.app.name + ".json", app.identity + machineName());
}

Result<AppProfile> measureCosts(const OpenedApp &app, const StepTable &table,
                                const std::vector<std::string> &inputs) {
  if (inputs.empty())
    return Error(Code::kNotFound, app.parts.app.path,
                 "nothing is known of its costs on this machine, give pictures or a video to "
                 "measure them on");
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile profile, findProfile(app.device));
  TANDEM_ASSIGN_OR_RETURN(Sample sample, sampleFrames(inputs));
  AppTasks tasks = tasksOf(app.parts.app, app.parts.runners);
  WorkReport report = app.report ? app.report : [](auto &&...) {};
  std::string title = "profile " + app.parts.app.name;
  report(title,
         "measuring its tasks on " + std::to_string(sample.frames.size()) +
             (sample.frames.size() == 1 ? " frame" : " frames"),
         0.5);
  ProfileOptions options = whatToMeasure(devicesFor(tasks, profile, usableCores()));
  options.readUs = sample.readUs;
  Result<AppProfile> costs = profileApplication(app.parts, table, sample.frames, options);
  report(title, "", 1);
  return costs;
}

Result<AppProfile> costsHere(const OpenedApp &app, const StepTable &table, const std::string &file,
                             const std::vector<std::string> &inputs) {
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
  Result<std::string> place = placeOfCosts(app);
  if (place.ok())
    if (Result<AppProfile> known = loadAppProfile(*place); known.ok() && asMeasured(*known).ok())
      return known;
  TANDEM_ASSIGN_OR_RETURN(AppProfile costs, measureCosts(app, table, inputs));
  Status saved = place.ok() ? saveAppProfile(*place, costs) : Status(place.error());
  if (!saved.ok() && app.warn)
    app.warn(saved.error().subject + ": warning: costs are measured each time, the cache cannot " +
             "keep them: " + saved.error().message);
  return costs;
}

} // namespace tandem
