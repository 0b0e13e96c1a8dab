#pragma once

#include <cstdio>
#include <string>

namespace tandem {

/// A number as printf() has it, for texts of a chart: `pattern` makes less than 64 characters.
inline std::string formatted(const char *pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

} // namespace tandem
