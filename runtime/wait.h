#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tandem {

/// Tells the processor that this thread only watches a value.
inline void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Watches `value` while it is `old`, for at most so long; whether it changed.
inline bool spinWhile(const std::atomic<uint32_t> &value, uint32_t old,
                      std::chrono::nanoseconds atMost) {
  constexpr int kPausesPerLook = 32; // at the clock, which takes as long as some pauses
  auto end = std::chrono::steady_clock::now() + atMost;
  do {
    for (int pause = 0; pause < kPausesPerLook; ++pause) {
      if (value.load(std::memory_order_acquire) != old)
        return true;
      pauseBriefly();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/// Waits until `value` is no longer `old`: watching it `spins` times first, since sleeping and
/// being woken takes tens of microseconds, then asleep. Who changes it calls notify.
inline void waitWhile(const std::atomic<uint32_t> &value, uint32_t old, int spins) {
  for (int spin = 0; spin < spins; ++spin) {
    if (value.load(std::memory_order_acquire) != old)
      return;
    pauseBriefly();
  }
  value.wait(old, std::memory_order_acquire);
}

} // namespace tandem
