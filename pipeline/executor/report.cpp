#include "pipeline/executor/report.h"

#include <algorithm>

namespace tandem {

std::string_view frameEndName(FrameEnd end) {
  switch (end) {
  case FrameEnd::kDone:
    return "done";
  case FrameEnd::kCancelled:
    return "cancelled";
  case FrameEnd::kDropped:
    return "dropped";
  case FrameEnd::kLate:
    return "late";
  }
  return "nothing";
}

Status checkPicture(const Image &frame) {
  if (frame.width < 1 || frame.height < 1 ||
      frame.rgb.size() !=
          size_t{3} * static_cast<size_t>(frame.width) * static_cast<size_t>(frame.height))
    return Error(Code::kInvalidArgument, "", "a picture of ", frame.width, " x ", frame.height,
                 " with ", frame.rgb.size(), " bytes, expected 3 a pixel");
  return {};
}

StageTiming describeStage(const Application &app, const AppStep &step, const ModelRunner *runner) {
  StageTiming timing;
  timing.stage = step.name;
  timing.uses = step.uses;
  if (!runner) {
    timing.devices = {"cpu"}; // where this code runs
    return timing;
  }
  timing.model = app.models[static_cast<size_t>(step.model)].name;
  timing.format = runner->format();
  timing.devices = runner->devices();
  return timing;
}

void addProfile(const ModelRunner &runner, ModelProfile &profile) {
  std::span<const RegionProfile> regions = runner.regions();
  if (profile.regions.empty())
    profile.regions.assign(regions.begin(), regions.end());
  else
    for (size_t i = 0; i < regions.size(); ++i) {
      profile.regions[i].runs += regions[i].runs;
      profile.regions[i].faults += regions[i].faults;
    }
  for (std::string &notice : runner.notices())
    if (std::ranges::find(profile.notices, notice) == profile.notices.end())
      profile.notices.push_back(std::move(notice));
}

void addNewNotices(const ModelRunner &runner, size_t &told, const DeviceNotice &of,
                   std::vector<DeviceNotice> &into) {
  std::vector<std::string> notices = runner.notices();
  for (; told < notices.size(); ++told) {
    into.push_back(of);
    into.back().text = std::move(notices[told]);
  }
}

Error stepError(const Application &app, const AppStep &step, int64_t frame, const Error &error) {
  return Error(error.code, app.place(step.line), "step '", step.name, "', frame ", frame, ": ",
               error.subject.empty() ? "" : error.subject + ": ", error.message);
}

} // namespace tandem
