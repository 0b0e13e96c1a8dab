#pragma once

#include "backends/neuron/host/reply.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

namespace tandem::neuron::host {

/// A part of what a file descriptor stands for. Mapped when it is first used, from any thread, and
/// shared by the handle and the executions that it is bound to.
class SharedMemory {
public:
  /// The descriptor is duplicated.
  static Reply create(size_t size, int protect, int fd, size_t offset,
                      std::shared_ptr<SharedMemory> &memory);
  SharedMemory(const SharedMemory &) = delete;
  SharedMemory &operator=(const SharedMemory &) = delete;
  ~SharedMemory();

  size_t size() const { return size_; }
  /// All of it, readable or writable as asked.
  Reply map(bool toWrite, std::span<std::byte> &bytes);

private:
  SharedMemory(size_t size, int protect, int fd, size_t offset)
      : size_(size), offset_(offset), protect_(protect), fd_(fd) {}
  /// Whether the file still reaches as far; a shorter one would end the process on access.
  Reply checkReach() const;
  Reply mapOnce();

  size_t size_, offset_;
  int protect_, fd_;
  std::mutex mutex_; ///< of what follows
  void *mapping_ = nullptr;
  size_t mappedBytes_ = 0;
  std::byte *data_ = nullptr;
};

} // namespace tandem::neuron::host

/// The ABI's handle.
struct NeuronMemory {
  std::shared_ptr<tandem::neuron::host::SharedMemory> shared;
};
