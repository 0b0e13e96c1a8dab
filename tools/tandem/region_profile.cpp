#include "tools/tandem/region_profile.h"

#include "base/printable.h"
#include "tools/tandem/stand_in.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace tandem {

std::string regionTable(std::span<const RegionProfile> regions) {
  size_t name = 6;
  for (const RegionProfile &region : regions)
    name = std::max(name, region.name.size());
  std::vector<char> line(name + 120);
  auto row = [&](std::string_view region, std::string_view backend, std::string_view ranOn,
                 const std::string &ms, const std::string &predicted, const std::string &faults) {
    int size = std::snprintf(
        line.data(), line.size(), "  %-*.*s  %-10.*s  %-10.*s  %9s  %12s  %6s\n",
        static_cast<int>(name), static_cast<int>(region.size()), region.data(),
        static_cast<int>(backend.size()), backend.data(), static_cast<int>(ranOn.size()),
        ranOn.data(), ms.c_str(), predicted.c_str(), faults.c_str());
    // A bundle's names may be longer than the line.
    return std::string(line.data(),
                       std::min(static_cast<size_t>(std::max(size, 0)), line.size() - 1));
  };
  auto milliseconds = [](double us) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", us / 1e3);
    return std::string(text);
  };
  std::string text = row("region", "compiled", "ran on", "ms", "predicted ms", "faults");
  for (const RegionProfile &region : regions)
    text += row(region.name, region.backend, region.ranOn.empty() ? "-" : region.ranOn,
                milliseconds(region.lastUs),
                region.predictedUs > 0 ? milliseconds(region.predictedUs) : "-",
                std::to_string(region.faults));
  return text;
}

nlohmann::ordered_json regionsAsJson(std::span<const RegionProfile> regions) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const RegionProfile &region : regions)
    list.push_back({{"name", region.name},
                    {"backend", region.backend},
                    {"ran_on", region.ranOn},
                    {"stand_in", isServedHere(region.ranOn)},
                    {"us", region.lastUs},
                    {"predicted_us", region.predictedUs},
                    {"runs", region.runs},
                    {"faults", region.faults}});
  return list;
}

void NoticePrinter::print(const std::string &subject, std::span<const std::string> notices) {
  for (const std::string &notice : notices)
    if (told_.insert(subject + notice).second)
      std::fprintf(stderr, "%s: warning: %s\n", subject.c_str(), printable(notice).c_str());
}

void NoticePrinter::print(const std::string &place, const std::string &model,
                          const std::string &notice) {
  if (told_.insert(model + notice).second)
    std::fprintf(stderr, "%s: warning: %s\n", place.c_str(), printable(notice).c_str());
}

} // namespace tandem
