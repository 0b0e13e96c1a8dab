#pragma once

// Counts what a program allocates by C++. For one file of a test program: it replaces operator new.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace tandem::test {

inline std::atomic<int64_t> liveBytes = 0;
/// How often memory was asked for: by all threads, and by those that set `marksAllocations`.
inline std::atomic<int64_t> allocations = 0, markedAllocations = 0;
inline thread_local bool marksAllocations = false;

inline void *countedAllocation(size_t size) {
  void *memory = std::malloc(size ? size : 1);
  if (!memory)
    std::abort();
  liveBytes += static_cast<int64_t>(malloc_usable_size(memory));
  ++allocations;
  markedAllocations += marksAllocations;
  return memory;
}

inline void countedRelease(void *memory) {
  if (memory)
    liveBytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

} // namespace tandem::test

// ThreadSanitizer's library has these already; there nothing is counted.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TANDEM_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef TANDEM_COUNTS_ALLOCATIONS
#define TANDEM_COUNTS_ALLOCATIONS 1
void *operator new(size_t size) {
  return tandem::test::countedAllocation(size);
}
// Its own too: a sanitizer's would not be released by what is below.
void *operator new(size_t size, const std::nothrow_t & /*tag*/) noexcept {
  return tandem::test::countedAllocation(size);
}
void operator delete(void *memory) noexcept {
  tandem::test::countedRelease(memory);
}
void operator delete(void *memory, size_t /*size*/) noexcept {
  tandem::test::countedRelease(memory);
}
#endif
