#pragma once

#include "bundle/checksum.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::neuron::host {

inline constexpr std::array<char, 8> kNetworkMagic = {'T', 'N', 'D', 'M', 'N', 'E', 'T', '\n'};
inline constexpr uint32_t kNetworkFormat = 1;

/// What stands before the bundle in a stored network.
struct NetworkHeader {
  std::array<char, 8> magic;
  uint32_t format;
  std::array<uint8_t, 4> version; ///< of the library: major, minor, patch, 0
  std::array<char, 40> soc;       ///< zeros behind the name
  uint64_t bundleSize;
  double modelledUs;
  uint64_t bundleChecksum;
  uint64_t headerChecksum; ///< of all before
};
static_assert(sizeof(NetworkHeader) == 88);

inline uint64_t checksumOf(const NetworkHeader &header) {
  return bundle::checksum(
      std::as_bytes(std::span(&header, 1)).first(offsetof(NetworkHeader, headerChecksum)));
}

} // namespace tandem::neuron::host
