#include "compiler/importers/common/python_range.h"

#include <algorithm>
#include <cstdlib>

namespace tandem {

PythonRange pythonRange(int64_t begin, int64_t end, int64_t stride, bool noBegin, bool noEnd,
                        int64_t size) {
  int64_t lowest = stride > 0 ? 0 : -1, highest = stride > 0 ? size : size - 1;
  auto bound = [&](int64_t value) {
    return std::clamp(value < 0 ? value + size : value, lowest, highest);
  };
  int64_t first = noBegin ? (stride > 0 ? lowest : highest) : bound(begin);
  int64_t last = noEnd ? (stride > 0 ? highest : lowest) : bound(end);
  int64_t distance = stride > 0 ? last - first : first - last, step = std::abs(stride);
  return {first, distance > 0 ? (distance + step - 1) / step : 0};
}

} // namespace tandem
