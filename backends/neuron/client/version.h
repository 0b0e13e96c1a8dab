#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::neuron {

/// Of a NeuronAdapter library, as Neuron_getVersion() gives it.
struct Version {
  uint8_t major = 0, minor = 0, patch = 0;

  auto operator<=>(const Version &) const = default;
  std::string text() const; ///< "4.3.0"
  /// "4.3.0" and the like: three numbers of at most 255; nothing for anything else.
  static std::optional<Version> parse(std::string_view text);
};

} // namespace tandem::neuron
