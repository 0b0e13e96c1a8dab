#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace tandem {

/// How many characters a text in UTF-8 has.
inline size_t charactersIn(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The first `count` of them.
inline std::string firstCharacters(const std::string &text, size_t count) {
  size_t end = 0;
  while (end < text.size() && (count > 0 || (text[end] & 0xC0) == 0x80))
    count -= (text[end++] & 0xC0) != 0x80;
  return text.substr(0, end);
}

} // namespace tandem
