#pragma once

#include "base/result.h"

#include <cstddef>

namespace tandem::neuron {

/// Memory with a file descriptor, that a device can map too. Zero at first.
class SharedMemory {
public:
  /// Error: kUnavailable, with the system's reason.
  static Result<SharedMemory> create(size_t size);

  SharedMemory() = default;
  SharedMemory(SharedMemory &&other) noexcept;
  SharedMemory &operator=(SharedMemory &&other) noexcept;
  ~SharedMemory();

  int descriptor() const { return descriptor_; }
  std::byte *data() const { return data_; }
  size_t size() const { return size_; }

private:
  int descriptor_ = -1;
  std::byte *data_ = nullptr;
  size_t size_ = 0;
};

} // namespace tandem::neuron
