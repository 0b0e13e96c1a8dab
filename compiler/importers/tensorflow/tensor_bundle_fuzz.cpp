// Whatever the bytes of an index and of a shard: elements or errors. The checksums keep changed
// bytes from what is behind them, so one that does not match is put right: by the first byte an
// input is a whole index, or the entries of its one block.
#include "compiler/importers/tensorflow/crc32c.h"
#include "compiler/importers/tensorflow/tensor_bundle.h"

using namespace tandem::tensorflow;

namespace {

template <typename T> void append(std::string &file, T value) {
  file.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

/// Sizes below 2^21 in three bytes, whatever their value.
void appendSize(std::string &file, size_t size) {
  file += {static_cast<char>(size | 0x80), static_cast<char>(size >> 7 | 0x80),
           static_cast<char>(size >> 14 & 0x7f)};
}

void appendBlock(std::string &file, std::string_view block) {
  std::string checked(block);
  checked += '\0';
  file += checked;
  append(file, maskedCrc(crc32c(checked)));
}

std::string tableOf(std::string_view block) {
  std::string file, index(1, '\0'), footer(2, '\0');
  appendBlock(file, block);
  size_t place = file.size();
  index += {'\x01', '\x06', 'z'};
  appendSize(index, 0);
  appendSize(index, block.size());
  append<uint32_t>(index, 0);
  append<uint32_t>(index, 1);
  appendBlock(file, index);
  appendSize(footer, place);
  appendSize(footer, index.size());
  footer.resize(40);
  append<uint64_t>(footer, 0xdb4775248b80fb57);
  return file + footer;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18;
  if (size == 0 || size > kMost)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  bool isBlock = bytes.front() == 'b';
  llvm::Expected<BundleIndex> index =
      readBundleIndex(isBlock ? tableOf(bytes.substr(1)) : std::string(bytes));
  if (!index) {
    llvm::consumeError(index.takeError());
    return 0;
  }
  for (const auto &[name, entry] : index->entries) {
    llvm::Expected<Elements> elements = readEntry(entry, bytes);
    if (!elements)
      llvm::consumeError(elements.takeError());
  }
  return 0;
}
