#include "bundle/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace tandem::bundle {
namespace {
constexpr size_t kLanes = 4, kStripe = kLanes * sizeof(uint64_t);
// Odd, with bits set all over: the first 64 bits of the fractions of sqrt(2), sqrt(3), sqrt(5),
// sqrt(7).
constexpr std::array<uint64_t, kLanes> kMultipliers = {0x6a09e667f3bcc909, 0xbb67ae8584caa73b,
                                                       0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1};
constexpr int kRotation = 29;
static_assert(std::endian::native == std::endian::little, "words are read as they lie in the file");

using Lanes = std::array<uint64_t, kLanes>;

// Each lane sees every fourth word, so that four multiplications are under way at a time.
void addStripe(Lanes &lanes, const std::byte *bytes) {
  Lanes words;
  std::memcpy(words.data(), bytes, kStripe);
  for (size_t i = 0; i < kLanes; ++i)
    lanes[i] = std::rotl((lanes[i] ^ words[i]) * kMultipliers[i], kRotation);
}
} // namespace

uint64_t checksum(std::span<const std::byte> bytes) {
  Lanes lanes = kMultipliers;
  size_t whole = bytes.size() / kStripe * kStripe;
  for (size_t i = 0; i < whole; i += kStripe)
    addStripe(lanes, bytes.data() + i);
  if (whole < bytes.size()) {
    std::array<std::byte, kStripe> rest = {};
    std::memcpy(rest.data(), bytes.data() + whole, bytes.size() - whole);
    addStripe(lanes, rest.data());
  }
  uint64_t hash = bytes.size();
  for (uint64_t lane : lanes) {
    hash = (hash ^ lane) * kMultipliers[0];
    hash ^= hash >> 32;
  }
  return hash;
}

} // namespace tandem::bundle
