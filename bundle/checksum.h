#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::bundle {

/// The 64-bit checksum of the format (FORMAT.md has its definition). Not cryptographic: it finds
/// damage, not forgery. Any change that is confined to one 8-byte word, so every flip of a single
/// bit, changes the result with certainty; other changes go unseen with probability 2^-64.
uint64_t checksum(std::span<const std::byte> bytes);

} // namespace tandem::bundle
