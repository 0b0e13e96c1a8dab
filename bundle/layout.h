#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::bundle {

// The file around the manifest; FORMAT.md is its description.

/// Blobs, the manifest and every buffer start at a multiple of this.
inline constexpr uint64_t kAlignment = 64;
/// Bytes that may be read behind every blob.
inline constexpr uint64_t kSlack = 64;
inline constexpr uint32_t kVersion = 1;
inline constexpr std::array<unsigned char, 8> kMagic = {0x89, 'T', 'N', 'D', 'M', '\r', '\n', 0x1a};

/// The first 64 bytes of the file, little-endian.
struct Header {
  std::array<unsigned char, 8> magic;
  uint32_t version;
  uint32_t headerSize; ///< 64
  uint64_t fileSize;
  uint64_t manifestOffset, manifestSize, manifestChecksum;
  uint64_t reserved;       ///< 0
  uint64_t headerChecksum; ///< of the 56 bytes before it
};
static_assert(sizeof(Header) == 64);

// Beyond these no bundle of ours goes; they bound what a hostile file can ask for.
inline constexpr uint64_t kMaxManifest = uint64_t(256) << 20;
inline constexpr uint64_t kMaxArena = uint64_t(64) << 30;
inline constexpr uint32_t kMaxRank = 8;

constexpr uint64_t alignUp(uint64_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

} // namespace tandem::bundle
