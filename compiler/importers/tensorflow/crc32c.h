#pragma once

#include <cstdint>
#include <string_view>

namespace tandem::tensorflow {

/// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) of some bytes, continued from `crc`.
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

/// As the files store it: rotated and shifted, so that a checksum of bytes that hold checksums is
/// still a good one.
constexpr uint32_t maskedCrc(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

} // namespace tandem::tensorflow
