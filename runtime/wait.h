#pragma once

#include <atomic>
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
