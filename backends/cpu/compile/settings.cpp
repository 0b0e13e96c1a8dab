#include "backends/cpu/compile/settings.h"

namespace tandem::cpu {

llvm::Expected<Settings> parseSettings(const CompileOptions &options) {
  Settings settings;
  for (const auto &[key, value] : options.settings) {
    if (key != "winograd")
      return llvm::createStringError("cpu: there is no option '" + key + "', only winograd");
    if (value != "on" && value != "off")
      return llvm::createStringError("cpu: option 'winograd' is '" + value +
                                     "', expected on or off");
    settings.winograd = value == "on";
  }
  return settings;
}

} // namespace tandem::cpu
