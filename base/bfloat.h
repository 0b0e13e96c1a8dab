#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace tandem {

// bfloat16: float without the last 16 bits of its mantissa. To the nearest, ties to even; NaN stays
// NaN.

inline float bfloatToFloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

inline uint16_t floatToBfloat(float value) {
  auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value))
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

} // namespace tandem
