#include "compiler/importers/tensorflow/sorted_table.h"

#include "compiler/importers/common/byte_cursor.h"
#include "compiler/importers/tensorflow/crc32c.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

#include <vector>

namespace tandem::tensorflow {
namespace {

constexpr size_t kFooterSize = 48, kTrailerSize = 5;
constexpr uint64_t kMagic = 0xdb4775248b80fb57;
constexpr size_t kMaxKey = 4096;              ///< bytes of one key
constexpr size_t kMaxKeys = size_t(64) << 20; ///< bytes of all keys

llvm::Error damaged(const llvm::Twine &what) {
  return llvm::createStringError("the table is damaged: " + what);
}

/// Seven bits a byte, lowest first; the last byte has its highest bit clear.
uint64_t varint(ByteCursor &cursor) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && cursor.ok(); shift += 7) {
    uint8_t byte = cursor.u8();
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  cursor.skip(UINT64_MAX); // too long, or cut off
  return 0;
}

struct Handle {
  uint64_t offset, size;
};
Handle readHandle(ByteCursor &cursor) {
  uint64_t offset = varint(cursor);
  return {offset, varint(cursor)};
}

/// The entries of a block, without the trailer behind it.
llvm::Expected<std::string_view> blockAt(std::string_view file, Handle handle) {
  if (handle.offset > file.size() || file.size() - handle.offset < kTrailerSize ||
      handle.size > file.size() - handle.offset - kTrailerSize)
    return damaged("a block of " + llvm::Twine(handle.size) + " bytes at " +
                   llvm::Twine(handle.offset) + " in a file of " + llvm::Twine(file.size()));
  std::string_view block = file.substr(handle.offset, handle.size);
  ByteCursor trailer(file.substr(handle.offset + handle.size, kTrailerSize));
  uint8_t compression = trailer.u8();
  std::string_view checked(block.data(), block.size() + 1);
  if (trailer.u32() != maskedCrc(crc32c(checked)))
    return damaged("the checksum of the block at " + llvm::Twine(handle.offset) +
                   " does not match");
  if (compression == 0)
    return block;
  return llvm::createStringError(
      "the table is compressed with " +
      llvm::Twine(compression == 1 ? "snappy" : "method " + std::to_string(compression)) +
      ", which is not supported; save the model again with a TensorFlow from 1.2 on");
}

using Visit = llvm::function_ref<llvm::Error(const std::string &key, std::string_view value)>;

/// Every entry is: bytes shared with the key before it, bytes of its own, bytes of the value (three
/// varints), then the latter two. At the end are the places where keys start over, which only a
/// search needs, and their number.
llvm::Error visitBlock(std::string_view block, Visit visit) {
  if (block.size() < sizeof(uint32_t))
    return damaged("a block without an end");
  uint64_t restarts = ByteCursor(block.substr(block.size() - sizeof(uint32_t))).u32();
  if (restarts > block.size() / sizeof(uint32_t) - 1)
    return damaged("a block of " + llvm::Twine(block.size()) + " bytes with " +
                   llvm::Twine(restarts) + " restarts");
  ByteCursor cursor(block.substr(0, block.size() - (restarts + 1) * sizeof(uint32_t)));
  std::string key;
  while (!cursor.atEnd()) {
    uint64_t shared = varint(cursor), own = varint(cursor), length = varint(cursor);
    if (shared > key.size() || own > kMaxKey - std::min(shared, kMaxKey))
      return damaged("a key that shares " + llvm::Twine(shared) + " of " + llvm::Twine(key.size()) +
                     " bytes and has " + llvm::Twine(own) + " more");
    key.resize(shared);
    key += cursor.take(own);
    std::string_view value = cursor.take(length);
    if (!cursor.ok())
      return damaged("an entry ends behind its block");
    if (llvm::Error error = visit(key, value))
      return error;
  }
  return llvm::Error::success();
}

} // namespace

llvm::Expected<SortedTable> readSortedTable(std::string_view file) {
  if (file.size() < kFooterSize)
    return llvm::createStringError("not a table: " + llvm::Twine(file.size()) +
                                   " bytes, expected at least " + llvm::Twine(kFooterSize));
  ByteCursor footer(file.substr(file.size() - kFooterSize));
  readHandle(footer); // of the block of meta data, which is empty
  Handle index = readHandle(footer);
  if (!footer.ok() || ByteCursor(file.substr(file.size() - 8)).u64() != kMagic)
    return llvm::createStringError("not a table: its last bytes are not a footer");
  llvm::Expected<std::string_view> indexBlock = blockAt(file, index);
  if (!indexBlock)
    return indexBlock.takeError();

  SortedTable table;
  size_t keyBytes = 0, entries = 0;
  llvm::Error error =
      visitBlock(*indexBlock, [&](const std::string &, std::string_view value) -> llvm::Error {
        ByteCursor cursor(value);
        llvm::Expected<std::string_view> block = blockAt(file, readHandle(cursor));
        if (!block)
          return block.takeError();
        return visitBlock(
            *block, [&](const std::string &key, std::string_view stored) -> llvm::Error {
              keyBytes += key.size();
              if (keyBytes > kMaxKeys || ++entries > file.size()) // a block may be named many times
                return damaged("more entries than the file has room for");
              table[key] = stored;
              return llvm::Error::success();
            });
      });
  if (error)
    return std::move(error);
  return table;
}

} // namespace tandem::tensorflow
