#pragma once

#include "base/result.h"

#include <cstddef>

namespace tandem {

/// The memory of a session: zeroed, at an address that is a multiple of 64, with 64 readable bytes
/// before and behind it. Large arenas get huge pages where the system gives them.
class Arena {
public:
  /// Errors: kUnavailable, when the system refuses so much.
  static Result<Arena> create(size_t size);

  Arena() = default;
  Arena(Arena &&other) noexcept;
  Arena &operator=(Arena &&other) noexcept;
  ~Arena();

  std::byte *data() const { return data_; }
  size_t size() const { return size_; }

private:
  std::byte *data_ = nullptr;
  size_t size_ = 0;
  void *mapping_ = nullptr;
  size_t mappingSize_ = 0;
};

} // namespace tandem
