#include "runtime/arena.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/mman.h>
#include <utility>

namespace tandem {

static constexpr size_t kSlack = 64, kHugePage = size_t(2) << 20;

Result<Arena> Arena::create(size_t size) {
  bool huge = size >= kHugePage;
  size_t alignment = huge ? kHugePage : kSlack;
  if (size > SIZE_MAX / 2)
    return Error(Code::kUnavailable, "", "no memory for an arena of ", size, " bytes");
  Arena arena;
  arena.size_ = size;
  arena.mappingSize_ = size + 2 * kSlack + alignment;
  void *mapping = mmap(nullptr, arena.mappingSize_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return Error(Code::kUnavailable, "", "no memory for an arena of ", size,
                 " bytes: ", std::strerror(errno));
  arena.mapping_ = mapping;
  size_t room = arena.mappingSize_;
  void *start = mapping;
  std::align(alignment, size + 2 * kSlack, start, room);
#ifdef MADV_HUGEPAGE
  if (huge) // a wish: without it everything works the same
    madvise(start, size + 2 * kSlack, MADV_HUGEPAGE);
#endif
  arena.data_ = static_cast<std::byte *>(start) + kSlack;
  return arena;
}

Arena::Arena(Arena &&other) noexcept {
  *this = std::move(other);
}

Arena &Arena::operator=(Arena &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapping_, other.mapping_);
  std::swap(mappingSize_, other.mappingSize_);
  return *this;
}

Arena::~Arena() {
  if (mapping_)
    munmap(mapping_, mappingSize_);
}

} // namespace tandem
