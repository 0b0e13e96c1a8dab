#include "tools/tandem/stand_in.h"

#include "runtime/device/device.h"

#include <algorithm>

namespace tandem {
namespace {

bool timesAreModelled(std::string_view backend) {
  Result<const Device *> device = findDevice(backend);
  return device.ok() && (*device)->timesAreModelled();
}

} // namespace

bool isServedHere(std::string_view backend) {
#if defined(__aarch64__)
  constexpr bool kMayHaveNpu = true; // libraries do not tell
#else
  constexpr bool kMayHaveNpu = false;
#endif
  return (!kMayHaveNpu && backend == "neuron") || timesAreModelled(backend);
}

std::string elsewhereText(std::string_view device) {
#if defined(__aarch64__)
  constexpr bool kMayBeHere = true;
#else
  constexpr bool kMayBeHere = false; // those that there are profiles of are all Arm's
#endif
  if (kMayBeHere || device.empty() || device == "host")
    return "";
  return "compiled for " + std::string(device) +
         ", run on this machine: its times are not that device's\n";
}

std::string standInText(std::span<const RegionProfile> regions) {
  auto region = std::ranges::find_if(
      regions, [](const RegionProfile &one) { return isServedHere(one.ranOn); });
  if (region == regions.end())
    return "";
  std::string name(region->ranOn);
  if (timesAreModelled(name))
    return "modelled, not measured: the times of " + name + "\n";
  return name + " is served by a library on this machine's processor: its times are not an NPU's\n";
}

} // namespace tandem
