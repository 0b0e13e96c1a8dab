#include "tools/tandem/units.h"

#include <array>
#include <cstdio>
#include <span>

namespace tandem {
namespace {

struct Unit {
  double size;
  const char *name;
};

/// In the largest unit of which there is one at least, else in the first. `units` goes up.
/// `digits` behind the point of a number below ten, fewer of larger ones.
std::string textIn(std::span<const Unit> units, double value, int digits) {
  const Unit *unit = &units.front();
  for (const Unit &larger : units)
    if (value >= larger.size)
      unit = &larger;
  double number = value / unit->size;
  digits -= (number >= 10) + (number >= 100);
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%.*f %s", digits, number, unit->name);
  return text.data();
}

} // namespace

std::string timeText(double us) {
  constexpr std::array<Unit, 3> kUnits = {{{1, "us"}, {1e3, "ms"}, {1e6, "s"}}};
  return textIn(kUnits, us, 3);
}

std::string sizeText(double bytes) {
  constexpr std::array<Unit, 3> kUnits = {{{1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}}};
  if (bytes < 1e3)
    return std::to_string(static_cast<int64_t>(bytes)) + " B";
  return textIn(kUnits, bytes, 2);
}

} // namespace tandem
