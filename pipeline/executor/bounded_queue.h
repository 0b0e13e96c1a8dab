#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tandem {

/// A first-in-first-out ring for any number of producers and one consumer, without locks, in memory
/// that is there from the start.
///
/// Each cell has a turn. Its value at place p may be written when the turn is p, and read when it
/// is p + 1; the reader sets it to p + capacity, the turn of the next lap's writer. A producer
/// claims a place by advancing the tail, then writes and passes the turn on (release); the consumer
/// takes the turn over (acquire), so that the value, and all that its producer did before, is seen.
/// A producer that is interrupted between the two holds up the values behind it, nobody's progress
/// in adding more.
///
/// Source: D. Vyukov, "Bounded MPMC queue" (1024cores), with the consumer's side for one thread.
template <typename T> class BoundedQueue {
public:
  /// Holds at least `atLeast` values.
  explicit BoundedQueue(size_t atLeast)
      : mask_(std::bit_ceil(atLeast < 2 ? size_t{2} : atLeast) - 1), cells_(new Cell[mask_ + 1]) {
    for (uint64_t place = 0; place <= mask_; ++place)
      cells_[place].turn.store(place, std::memory_order_relaxed);
  }

  size_t capacity() const { return mask_ + 1; }

  /// False when it is full. Any thread.
  bool push(const T &value) {
    uint64_t place = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell &cell = cells_[place & mask_];
      auto ahead = static_cast<int64_t>(cell.turn.load(std::memory_order_acquire) - place);
      if (ahead < 0)
        return false; // the reader is a whole lap behind
      if (ahead > 0)
        place = tail_.load(std::memory_order_relaxed); // somebody else has it
      else if (tail_.compare_exchange_weak(place, place + 1, std::memory_order_relaxed)) {
        cell.value = value;
        cell.turn.store(place + 1, std::memory_order_release);
        return true;
      }
    }
  }

  /// False when there is nothing. The consumer's thread.
  bool pop(T &value) {
    Cell &cell = cells_[head_ & mask_];
    if (cell.turn.load(std::memory_order_acquire) != head_ + 1)
      return false;
    value = cell.value;
    cell.turn.store(head_ + mask_ + 1, std::memory_order_release);
    ++head_;
    return true;
  }

private:
  struct Cell {
    std::atomic<uint64_t> turn = 0;
    T value = {};
  };
  const uint64_t mask_;
  std::unique_ptr<Cell[]> cells_;
  // On lines of their own: producers fight for one, the other is the consumer's alone.
  alignas(64) std::atomic<uint64_t> tail_ = 0;
  alignas(64) uint64_t head_ = 0;
};

} // namespace tandem
