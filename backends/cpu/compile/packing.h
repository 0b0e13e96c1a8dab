#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace tandem::cpu {

/// Output channels of a panel of packed weights.
constexpr int64_t kPanel = 16;

/// The elements, and zeros up to a multiple of `multiple`.
template <typename T> std::vector<T> padded(llvm::ArrayRef<T> elements, int64_t multiple) {
  std::vector<T> result(elements.begin(), elements.end());
  size_t step = static_cast<size_t>(multiple);
  result.resize((result.size() + step - 1) / step * step);
  return result;
}

/// The same of each of `groups` runs of elements.
template <typename T>
std::vector<T> paddedGroups(llvm::ArrayRef<T> elements, int64_t groups, int64_t multiple) {
  std::vector<T> result;
  size_t each = elements.size() / static_cast<size_t>(groups);
  for (size_t group = 0; group < static_cast<size_t>(groups); ++group) {
    std::vector<T> one = padded(elements.slice(group * each, each), multiple);
    result.insert(result.end(), one.begin(), one.end());
  }
  return result;
}

/// [out][depth] to panels [out / 16][depth][16], the last one filled up with zeros. `get(out,
/// depth)` is an element.
template <typename T, typename Get>
std::vector<T> packPanels(int64_t out, int64_t depth, int64_t panel, Get get) {
  int64_t panels = (out + panel - 1) / panel;
  std::vector<T> packed(static_cast<size_t>(panels * depth * panel));
  for (int64_t o = 0; o < out; ++o)
    for (int64_t d = 0; d < depth; ++d)
      packed[static_cast<size_t>((o / panel * depth + d) * panel + o % panel)] = get(o, d);
  return packed;
}

/// The same of each of `groups`, one behind another; `get(group, out, depth)`.
template <typename T, typename Get>
std::vector<T> packGroups(int64_t groups, int64_t out, int64_t depth, Get get,
                          int64_t panel = kPanel) {
  std::vector<T> packed;
  for (int64_t group = 0; group < groups; ++group) {
    std::vector<T> one =
        packPanels<T>(out, depth, panel, [&](int64_t o, int64_t d) { return get(group, o, d); });
    packed.insert(packed.end(), one.begin(), one.end());
  }
  return packed;
}

} // namespace tandem::cpu
