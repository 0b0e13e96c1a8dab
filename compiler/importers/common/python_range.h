#pragma once

#include <cstdint>

namespace tandem {

/// What begin:end:stride takes of a dimension: `size` elements from `begin` on.
struct PythonRange {
  int64_t begin, size;
};

/// Python's rules: negative positions count from the end, and those beyond an end are moved to it.
/// Without a begin or an end the range reaches as far as there is. `stride` is not 0.
PythonRange pythonRange(int64_t begin, int64_t end, int64_t stride, bool noBegin, bool noEnd,
                        int64_t size);

} // namespace tandem
