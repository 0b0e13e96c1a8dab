#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tandem {

/// What becomes of a frame when as many as may wait are waiting.
enum class WhenFull : uint8_t {
  kWait,       ///< whoever brings it waits: every frame is run
  kDropOldest, ///< the frame that has waited longest is left out: the newest is never late
};

/// Which frames may begin, which wait and which are dropped; shared by executor and simulator. A
/// ring in memory that is there from the start. One thread at a time.
class FrameLine {
public:
  /// At most `inFlight` frames run at a time, and at most `waiting` wait; both at least 1.
  FrameLine(size_t inFlight, size_t waiting, WhenFull whenFull)
      : inFlight_(inFlight), whenFull_(whenFull), ring_(waiting) {}

  size_t waiting() const { return count_; }
  size_t running() const { return running_; }
  /// push() must not be called now.
  bool mustWait() const { return whenFull_ == WhenFull::kWait && count_ == ring_.size(); }
  bool holds(int64_t frame) const {
    for (size_t i = 0; i < count_; ++i)
      if (ring_[(first_ + i) % ring_.size()] == frame)
        return true;
    return false;
  }

  /// A frame comes. Gives the one that is dropped for it, if any.
  std::optional<int64_t> push(int64_t frame) {
    std::optional<int64_t> dropped;
    if (count_ == ring_.size())
      dropped = take();
    ring_[(first_ + count_++) % ring_.size()] = frame;
    return dropped;
  }
  /// The frame that begins now, if one may.
  std::optional<int64_t> begin() {
    if (count_ == 0 || running_ >= inFlight_)
      return std::nullopt;
    ++running_;
    return take();
  }
  /// One that began is done.
  void finish() { --running_; }
  /// How many may run from now on; those that do go on.
  void allow(size_t inFlight) { inFlight_ = inFlight; }

private:
  int64_t take() {
    int64_t frame = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --count_;
    return frame;
  }

  size_t inFlight_, running_ = 0;
  WhenFull whenFull_;
  std::vector<int64_t> ring_;
  size_t first_ = 0, count_ = 0;
};

} // namespace tandem
