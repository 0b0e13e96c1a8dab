#include "tools/tandem/picture_file.h"

#include <array>
#include <cstdint>

namespace tandem {
namespace {

using namespace std::string_view_literals;

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// Big-endian; the bytes are there.
size_t numberAt(std::string_view file, size_t at, size_t bytes) {
  size_t number = 0;
  for (size_t i = 0; i < bytes; ++i)
    number = number << 8 | static_cast<uint8_t>(file[at + i]);
  return number;
}

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n"sv;

/// Chunks of length, name, data and checksum, up to IEND.
bool pngEndsTooSoon(std::string_view file) {
  constexpr size_t kHead = 8, kChecksum = 4;
  file.remove_prefix(kPng.size());
  while (file.size() >= kHead) {
    bool last = file.substr(4, 4) == "IEND";
    size_t length = numberAt(file, 0, 4);
    if (length > file.size() - kHead || kChecksum > file.size() - kHead - length)
      return true;
    if (last)
      return false;
    file.remove_prefix(kHead + length + kChecksum);
  }
  return true;
}

/// Segments that begin with 0xff and a marker. Entropy-coded data, which follow some of them, have
/// 0xff only before 0 and the restart markers.
bool jpegEndsTooSoon(std::string_view file) {
  constexpr uint8_t kEnd = 0xd9, kFirstRestart = 0xd0, kStart = 0xd8, kOfOneByte = 0x01;
  size_t at = 2;
  while (true) {
    at = file.find('\xff', at);
    if (at == std::string_view::npos || at + 1 >= file.size())
      return true;
    auto marker = static_cast<uint8_t>(file[at + 1]);
    if (marker == kEnd)
      return false;
    bool hasNoLength = marker == 0 || marker == 0xff || marker == kOfOneByte ||
                       (marker >= kFirstRestart && marker <= kStart);
    if (hasNoLength) {
      at += marker == 0xff ? 1 : 2; // of several 0xff the last begins the marker
      continue;
    }
    if (file.size() - at < 4)
      return true;
    at += 2 + numberAt(file, at + 2, 2);
  }
}

} // namespace

std::string_view pictureFormatOf(std::span<const std::byte> file) {
  struct Start {
    std::string_view bytes, format;
  };
  constexpr std::array<Start, 6> kStarts = {{{kPng, "PNG"},
                                             {"\xff\xd8\xff"sv, "JPEG"},
                                             {"BM"sv, "BMP"},
                                             {"II*\0"sv, "TIFF"},
                                             {"MM\0*"sv, "TIFF"},
                                             {"GIF8"sv, "GIF"}}};
  std::string_view text = textOf(file);
  for (const Start &start : kStarts)
    if (text.starts_with(start.bytes))
      return start.format;
  return text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP" ? "WebP" : "";
}

bool endsTooSoon(std::span<const std::byte> file) {
  std::string_view format = pictureFormatOf(file);
  return (format == "PNG" && pngEndsTooSoon(textOf(file))) ||
         (format == "JPEG" && jpegEndsTooSoon(textOf(file)));
}

} // namespace tandem
