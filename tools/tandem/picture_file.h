#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tandem {

/// What the first bytes of a file say that it is: "PNG", "JPEG", "BMP", "WebP", "TIFF", "GIF"; "":
/// none of these.
std::string_view pictureFormatOf(std::span<const std::byte> file);

/// Whether a PNG or JPEG file ends before its picture does: decoders make grey of what is missing.
/// Of other formats nothing is known: false.
bool endsTooSoon(std::span<const std::byte> file);

} // namespace tandem
