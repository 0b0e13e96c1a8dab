#include "runtime/device/device.h"

#include <string>

namespace tandem {

Result<const Device *> findDevice(std::string_view name) {
  std::string known;
  for (const Device *device : devices()) {
    if (device->name() == name)
      return device;
    (known += known.empty() ? "" : ", ") += device->name();
  }
  return Error(Code::kUnavailable, "", "this build has no backend '", name, "', only ",
               known.empty() ? "none" : known);
}

} // namespace tandem
