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
