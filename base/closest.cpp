#include "base/closest.h"

#include <algorithm>
#include <vector>

namespace tandem {

/// The optimal string alignment distance, as Damerau's but for letters between swapped ones.
static size_t distanceOf(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string closest(std::string_view word, std::span<const std::string> known) {
  constexpr size_t kLettersASlip = 4, kLongest = 64; // what is longer is no name that was mistyped
  if (word.size() > kLongest)
    return "";
  std::string best;
  size_t least = word.size() / kLettersASlip;
  for (const std::string &name : known)
    if (size_t distance = distanceOf(word, name);
        distance < least || (distance == least && best.empty() && least > 0)) {
      least = distance;
      best = name;
    }
  return best;
}

std::string didYouMean(std::string_view word, std::span<const std::string> known) {
  std::string name = closest(word, known);
  return name.empty() ? "" : " (did you mean '" + name + "'?)";
}

} // namespace tandem
