#include "backends/neuron/run/shared_memory.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace tandem::neuron {

Result<SharedMemory> SharedMemory::create(size_t size) {
  auto failed = [&](const char *what) {
    return Error(Code::kUnavailable, "", what, " of ", size,
                 " bytes of shared memory failed: ", std::strerror(errno));
  };
  SharedMemory memory;
  memory.descriptor_ = memfd_create("tandem-neuron", MFD_CLOEXEC);
  if (memory.descriptor_ < 0)
    return failed("memfd_create");
  if (ftruncate(memory.descriptor_, static_cast<off_t>(size)) != 0)
    return failed("ftruncate");
  void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor_, 0);
  if (data == MAP_FAILED)
    return failed("mmap");
  memory.data_ = static_cast<std::byte *>(data);
  memory.size_ = size;
  return memory;
}

SharedMemory::SharedMemory(SharedMemory &&other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedMemory &SharedMemory::operator=(SharedMemory &&other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (data_)
    munmap(data_, size_);
  if (descriptor_ >= 0)
    close(descriptor_);
}

} // namespace tandem::neuron
