// Bytes from strangers through bundle::Reader. Checksums and sizes are made right first: else every
// mutation would stop there, and nothing behind them would be tried.
#include "bundle/checksum.h"
#include "bundle/layout.h"
#include "bundle/reader.h"

#include <cstring>
#include <new>

namespace tandem::bundle {
namespace {
/// The input at an address that is a multiple of 64, as the reader wants it.
class AlignedCopy {
public:
  AlignedCopy(const uint8_t *data, size_t size)
      : size_(size), data_(static_cast<std::byte *>(
                         ::operator new(size + kAlignment, std::align_val_t(kAlignment)))) {
    if (size)
      std::memcpy(data_, data, size);
  }
  AlignedCopy(const AlignedCopy &) = delete;
  AlignedCopy &operator=(const AlignedCopy &) = delete;
  ~AlignedCopy() { ::operator delete(data_, std::align_val_t(kAlignment)); }
  std::span<std::byte> bytes() const { return {data_, size_}; }

private:
  size_t size_;
  std::byte *data_;
};

void fixChecksums(std::span<std::byte> file) {
  if (file.size() < sizeof(Header))
    return;
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  header.magic = kMagic;
  header.fileSize = file.size();
  if (header.manifestOffset <= file.size() &&
      header.manifestSize <= file.size() - header.manifestOffset)
    header.manifestChecksum = checksum(file.subspan(header.manifestOffset, header.manifestSize));
  header.headerChecksum =
      checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, headerChecksum)));
  std::memcpy(file.data(), &header, sizeof header);
}

/// Reads all that an accepted manifest promises to be there; a sanitizer sees what is not.
uint64_t touch(const Reader &reader) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < reader.manifest().blobs()->size(); ++i)
    for (std::byte value : reader.blob(i))
      sum += static_cast<uint8_t>(value);
  for (const Model *model : *reader.manifest().models()) {
    std::span<const std::byte> weights = reader.blob(model->weights());
    for (const Tensor *tensor : *model->tensors()) {
      const Buffer &buffer = *model->buffers()->Get(tensor->buffer());
      if (buffer.space() == Space::Weights && buffer.size() > 0)
        sum += static_cast<uint8_t>(weights[buffer.offset() + buffer.size() - 1]);
    }
    for (const Region *region : *model->regions())
      sum += reader.blob(region->artifact()).size() + region->backend()->size();
  }
  return sum;
}
} // namespace
} // namespace tandem::bundle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace tandem::bundle;
  AlignedCopy copy(data, size);
  // Once as it is, for what comes before the checksums.
  volatile bool accepted = Reader::openBytes(copy.bytes(), "fuzz").ok();
  (void)accepted;
  fixChecksums(copy.bytes());
  tandem::Result<Reader> reader = Reader::openBytes(copy.bytes(), "fuzz");
  if (reader.ok()) {
    volatile uint64_t sum = touch(*reader);
    (void)sum;
  }
  return 0;
}
