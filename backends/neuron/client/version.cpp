#include "backends/neuron/client/version.h"

#include <charconv>

namespace tandem::neuron {

std::string Version::text() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<Version> Version::parse(std::string_view text) {
  Version version;
  uint8_t *parts[] = {&version.major, &version.minor, &version.patch};
  const char *at = text.data(), *end = text.data() + text.size();
  for (uint8_t *part : parts) {
    if (part != parts[0]) {
      if (at == end || *at != '.')
        return std::nullopt;
      ++at;
    }
    auto [rest, error] = std::from_chars(at, end, *part);
    if (error != std::errc())
      return std::nullopt;
    at = rest;
  }
  return at == end ? std::optional(version) : std::nullopt;
}

} // namespace tandem::neuron
