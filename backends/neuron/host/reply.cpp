#include "backends/neuron/host/reply.h"

#include <array>

namespace tandem::neuron::host {

static constexpr std::array<std::string_view, 16> kNames = {"NO_ERROR",
                                                            "OUT_OF_MEMORY",
                                                            "INCOMPLETE",
                                                            "UNEXPECTED_NULL",
                                                            "BAD_DATA",
                                                            "OP_FAILED",
                                                            "UNMAPPABLE",
                                                            "BAD_STATE",
                                                            "BAD_VERSION",
                                                            "OUTPUT_INSUFFICIENT_SIZE",
                                                            "UNAVAILABLE_DEVICE",
                                                            "MISSED_DEADLINE_TRANSIENT",
                                                            "MISSED_DEADLINE_PERSISTENT",
                                                            "RESOURCE_EXHAUSTED_TRANSIENT",
                                                            "RESOURCE_EXHAUSTED_PERSISTENT",
                                                            "DEAD_OBJECT"};

std::string resultName(int code) {
  if (code < 0 || static_cast<size_t>(code) >= kNames.size())
    return "result " + std::to_string(code);
  return std::string(kNames[static_cast<size_t>(code)]);
}

int resultFromName(std::string_view name) {
  constexpr std::string_view kPrefix = "NEURON_";
  if (name.starts_with(kPrefix))
    name.remove_prefix(kPrefix.size());
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name)
      return static_cast<int>(i);
  return -1;
}

} // namespace tandem::neuron::host
