#include "tools/tandem/profile_app.h"

#include "base/printable.h"
#include "tools/tandem/app_costs.h"
#include "tools/tandem/command.h"
#include "tools/tandem/output_place.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <set>

namespace tandem {
namespace {

double mean(const std::vector<int> &counts) {
  return counts.empty() ? 0
                        : std::accumulate(counts.begin(), counts.end(), 0.0) /
                              static_cast<double>(counts.size());
}

/// A line a task, a column a kind of device.
void print(const AppProfile &profile, const std::string &place) {
  std::set<std::string> kinds;
  size_t width = 4;
  for (const AppProfile::TaskProfile &task : profile.tasks) {
    width = std::max(width, task.name.size());
    for (const auto &[kind, us] : task.us)
      kinds.insert(kind);
  }
  std::printf("%s on %s, %d frames; microseconds of an average frame\n",
              printable(profile.application).c_str(), profile.machine.c_str(), profile.frames);
  std::printf("  %-*s", static_cast<int>(width), "task");
  for (const std::string &kind : kinds)
    std::printf("  %12s", kind.c_str());
  std::printf("\n");
  for (const AppProfile::TaskProfile &task : profile.tasks) {
    std::printf("  %-*s", static_cast<int>(width), task.name.c_str());
    for (const std::string &kind : kinds)
      if (auto us = task.us.find(kind); us != task.us.end())
        std::printf("  %12.1f", us->second);
      else
        std::printf("  %12s", "-");
    std::printf("\n");
  }
  for (const auto &[name, counts] : profile.detections)
    std::printf("  %s: %.2f a frame\n", name.c_str(), mean(counts));
  for (const auto &[name, part] : profile.holds)
    std::printf("  when of %s: holds %.0f %% of the time\n", name.c_str(), part * 100);
  const AppProfile::Overheads &overheads = profile.overheads;
  std::printf("  beside the tasks: dispatch %.2f, hand-off to another core %.2f (and %.3g a MiB), "
              "reading a frame %.0f, taking its results %.1f\n",
              overheads.dispatchUs, overheads.handOffUs, overheads.usPerByte * (1 << 20),
              overheads.readUs, overheads.collectUs);
  std::printf("  saved %s\n", place.c_str());
}

} // namespace

int profileApp(const ProfileAppOptions &options) {
  if (!options.output.empty())
    if (Status place = checkOutputPlace(options.output, "the profile", options.inputs); !place.ok())
      return refuseRequest(place.error());
  StepTable table;
  registerAllSteps(table);
  auto app = loadApp("profile", options.app, table);
  if (int *exitCode = std::get_if<int>(&app))
    return *exitCode;
  const OpenedApp &opened = std::get<OpenedApp>(app);
  Result<std::string> place = options.output.empty() ? placeOfCosts(opened) : options.output;
  if (!place.ok())
    return refuse(place.error());
  Result<AppProfile> profile = measureCosts(opened, table, options.inputs);
  if (!profile.ok())
    return refuse(profile.error());
  if (Status saved = saveAppProfile(*place, *profile); !saved.ok())
    return refuse(saved.error());
  if (options.json)
    std::printf("%s\n", appProfileText(*profile).c_str());
  else
    print(*profile, *place);
  return kExitDone;
}

} // namespace tandem
