#pragma once

#include "base/element_type.h"

#include <array>
#include <cstdint>
#include <vector>

namespace tandem::reference {

/// Distances between neighbours along each dimension, in elements.
using Steps = std::vector<int64_t>;

inline Steps rowMajorSteps(const Shape &shape) {
  Steps steps(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    steps[d - 1] = steps[d] * shape[d];
  return steps;
}

/// Calls `visit(offsets)` for every index of `shape`, the last dimension fastest; `offsets[i]` is
/// the sum of index times `steps[i]` over the dimensions. Every dimension is at least 1, at most 8
/// of them.
template <size_t N, typename Visit>
void walk(const Shape &shape, const std::array<Steps, N> &steps, Visit visit) {
  std::array<int64_t, 8> index = {};
  std::array<int64_t, N> offsets = {};
  for (;;) {
    visit(offsets);
    size_t d = shape.size();
    for (;;) { // an odometer
      if (d-- == 0)
        return;
      for (size_t i = 0; i < N; ++i)
        offsets[i] += steps[i][d];
      if (++index[d] < shape[d])
        break;
      for (size_t i = 0; i < N; ++i)
        offsets[i] -= steps[i][d] * shape[d];
      index[d] = 0;
    }
  }
}

} // namespace tandem::reference
