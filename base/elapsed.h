#pragma once

#include <chrono>

namespace tandem {

/// Microseconds from `start` until now.
inline double microsecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

} // namespace tandem
