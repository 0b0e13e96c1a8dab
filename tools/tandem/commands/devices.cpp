// tandem devices: the device profiles that models can be compiled for.

#include "devices/profile.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"

#include <cstdio>
#include <memory>

namespace tandem {
namespace {

using nlohmann::ordered_json;

ordered_json describe(const DeviceProfile &profile) {
  ordered_json processors = ordered_json::array();
  for (const Processor &processor : profile.processors) {
    ordered_json peaks = ordered_json::object();
    for (const auto &[type, macs] : processor.peakMacsPerUs)
      peaks[std::string(elementTypeName(type))] = macs / 1e3;
    processors.push_back({{"name", processor.name},
                          {"title", processor.title},
                          {"backend", processor.backend},
                          {"count", processor.count},
                          {"version", processor.version},
                          {"on_request", processor.onRequest},
                          {"peak_gmacs", peaks},
                          {"dispatch_us", processor.dispatchUs}});
  }
  return {{"name", profile.name},
          {"title", profile.title},
          {"modelled", profile.modelled},
          {"measured_ops", profile.measuredUs.size()},
          {"processors", processors}};
}

/// "  (modelled, not measured)"; empty: all is measured.
std::string sourceOfTimes(const DeviceProfile &profile) {
  size_t measured = profile.measuredUs.size();
  if (!profile.modelled)
    return "";
  return measured == 0 ? "  (modelled, not measured)"
                       : "  (modelled, but for " + std::to_string(measured) +
                             (measured == 1 ? " op that is measured)" : " ops that are measured)");
}

void print(const DeviceProfile &profile) {
  std::printf("%s  %s%s\n", profile.name.c_str(), profile.title.c_str(),
              sourceOfTimes(profile).c_str());
  for (const Processor &processor : profile.processors) {
    std::string peaks;
    for (const auto &[type, macs] : processor.peakMacsPerUs) {
      char text[48];
      std::snprintf(text, sizeof text, "  %s %g", std::string(elementTypeName(type)).c_str(),
                    macs / 1e3);
      peaks += text;
    }
    std::string count = processor.count > 1 ? std::to_string(processor.count) + " x " : "";
    std::printf("  %-10s %-52s peak GMAC/s%s%s\n", processor.backend.c_str(),
                (count + processor.title).c_str(), peaks.c_str(),
                processor.onRequest ? "  (with --backends only)" : "");
  }
}

int devices(const std::vector<std::string> &names, bool json) {
  ordered_json all = ordered_json::array();
  for (const std::string &name : names.empty() ? profileNames() : names) {
    Result<DeviceProfile> profile = findProfile(name);
    if (!profile)
      return refuseRequest("devices", profile.error());
    if (json)
      all.push_back(describe(*profile));
    else
      print(*profile);
  }
  if (json)
    std::printf("%s\n", jsonText(all).c_str());
  return kExitDone;
}

} // namespace

void registerDevices(CommandTable &table) {
  auto names = std::make_shared<std::vector<std::string>>();
  auto json = std::make_shared<bool>(false);
  CLI::App &command = table.add("devices", "List the devices that models can be compiled for.",
                                "  tandem devices\n"
                                "  tandem devices mt6873 --json\n"
                                "  tandem devices my_board.json");
  command.add_option("DEVICE", *names, "profiles by name or .json file [default: all there are]");
  command.add_flag("--json", *json, "for a program to read");
  table.onRun(command, [names, json] { return devices(*names, *json); });
}

} // namespace tandem
