#pragma once

#include <optional>
#include <string_view>

namespace tandem::neuron::host {

/// Every function of the ABI, by its name.
enum class Function : int {
#define NEURON_FUNCTION(name) name,
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
};

inline constexpr std::string_view kFunctionNames[] = {
#define NEURON_FUNCTION(name) #name,
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
};
inline constexpr int kFunctionCount = sizeof kFunctionNames / sizeof kFunctionNames[0];

inline std::string_view nameOf(Function function) {
  return kFunctionNames[static_cast<int>(function)];
}

inline std::optional<Function> functionFromName(std::string_view name) {
  for (int i = 0; i < kFunctionCount; ++i)
    if (kFunctionNames[i] == name)
      return static_cast<Function>(i);
  return std::nullopt;
}

/// Whether the function has a result code that can say that it failed.
inline bool returnsCode(Function function) {
  std::string_view name = nameOf(function);
  return !name.ends_with("_free") && !name.ends_with("_freeForce") &&
         name != "Neuron_getDefaultLoopTimeout" && name != "Neuron_getMaximumLoopTimeout";
}

} // namespace tandem::neuron::host
