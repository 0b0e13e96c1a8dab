#include "base/printable.h"

#include <cstdint>

namespace tandem {
namespace {

uint8_t byteAt(std::string_view text, size_t index) {
  return index < text.size() ? static_cast<uint8_t>(text[index]) : 0;
}

/// The length of the character that `text` begins with; 0 for what is not to be shown as it is.
size_t shownLength(std::string_view text) {
  constexpr uint8_t kDelete = 0x7f;
  uint8_t first = byteAt(text, 0), second = byteAt(text, 1);
  if (first < 0x80)
    return first >= ' ' && first != kDelete ? 1 : 0;
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) // a continuation, or more than Unicode has
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byteAt(text, i) & 0xc0) != 0x80)
      return 0;
  bool isControl = first == 0xc2 && second < 0xa0;
  bool isOverlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  bool isSurrogate = first == 0xed && second >= 0xa0;
  bool isBeyond = first == 0xf4 && second >= 0x90;
  return isControl || isOverlong || isSurrogate || isBeyond ? 0 : length;
}

} // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  while (!text.empty()) {
    size_t length = shownLength(text);
    if (length == 0) {
      uint8_t byte = byteAt(text, 0);
      shown += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      length = 1;
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string shortened(std::string_view text, size_t most) {
  constexpr std::string_view kLeftOut = "...";
  std::string shown = printable(text);
  if (shown.size() <= most)
    return shown;
  size_t kept = most - kLeftOut.size(), end = kept / 3, from = shown.size() - (kept - end);
  auto isInside = [&](size_t at) { return (byteAt(shown, at) & 0xc0) == 0x80; }; // a character
  while (isInside(end))
    --end;
  while (isInside(from))
    ++from;
  return shown.substr(0, end) + std::string(kLeftOut) + shown.substr(from);
}

} // namespace tandem
