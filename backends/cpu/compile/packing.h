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

} // namespace tandem::cpu
