#include "backends/neuron/host/memory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tandem::neuron::host {

Reply SharedMemory::create(size_t size, int protect, int fd, size_t offset,
                           std::shared_ptr<SharedMemory> &memory) {
  if (size == 0 || (protect & ~(PROT_READ | PROT_WRITE)))
    return Reply(NEURON_BAD_DATA, size, " bytes with protection ", protect,
                 ", expected some with bits of PROT_READ and PROT_WRITE");
  int own = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0)
    return Reply(NEURON_OP_FAILED, "descriptor ", fd,
                 " cannot be duplicated: ", std::strerror(fd < 0 ? EBADF : errno));
  memory.reset(new SharedMemory(size, protect, own, offset));
  return memory->checkReach();
}

SharedMemory::~SharedMemory() {
  if (mapping_)
    munmap(mapping_, mappedBytes_);
  close(fd_);
}

Reply SharedMemory::checkReach() const {
  struct stat info = {};
  if (fstat(fd_, &info) != 0)
    return Reply(NEURON_OP_FAILED, "the descriptor cannot be asked: ", std::strerror(errno));
  if (!S_ISREG(info.st_mode)) // a dma-buf has no size here; its driver refuses to map too much
    return Reply();
  auto fileSize = static_cast<size_t>(info.st_size);
  if (offset_ > fileSize || size_ > fileSize - offset_)
    return Reply(NEURON_BAD_DATA, size_, " bytes at ", offset_, ", the file has ", fileSize);
  return Reply();
}

Reply SharedMemory::mapOnce() {
  if (mapping_)
    return Reply();
  auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t before = offset_ % page;
  void *mapping = mmap(nullptr, size_ + before, protect_, MAP_SHARED, fd_,
                       static_cast<off_t>(offset_ - before));
  if (mapping == MAP_FAILED)
    return Reply(NEURON_UNMAPPABLE, "the memory cannot be mapped: ", std::strerror(errno));
  mapping_ = mapping;
  mappedBytes_ = size_ + before;
  data_ = static_cast<std::byte *>(mapping) + before;
  return Reply();
}

Reply SharedMemory::map(bool toWrite, std::span<std::byte> &bytes) {
  std::lock_guard lock(mutex_);
  int wanted = toWrite ? PROT_WRITE : PROT_READ;
  if (!(protect_ & wanted))
    return Reply(NEURON_UNMAPPABLE, "the memory may not be ", toWrite ? "written" : "read");
  if (Reply reach = checkReach(); !reach.ok())
    return Reply(NEURON_UNMAPPABLE, reach.text);
  TANDEM_NEURON_RETURN_IF_REFUSED(mapOnce());
  bytes = {data_, size_};
  return Reply();
}

} // namespace tandem::neuron::host
