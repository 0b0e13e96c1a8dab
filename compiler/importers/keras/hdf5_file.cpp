// Superblock, object headers and groups: how to find an object by its path.
#include "compiler/importers/keras/hdf5_file.h"

#include "compiler/importers/common/byte_cursor.h"
#include "compiler/importers/keras/hdf5_format.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

namespace tandem::keras {

using namespace hdf5;

// Far above any model; keeps files whose structures point at one another from taking long.
static constexpr size_t kMaxLinks = 1 << 18;
static constexpr size_t kMaxHeaderBlocks = 4096;

bool Hdf5File::hasSignature(std::string_view bytes) {
  return bytes.starts_with(std::string_view("\x89HDF\r\n\x1a\n", 8));
}

llvm::Expected<Hdf5Object> Hdf5File::open(std::string_view bytes) {
  if (!hasSignature(bytes))
    return llvm::createStringError("the file does not start with the signature of HDF5");
  ByteCursor cursor(bytes.substr(8));
  uint8_t version = cursor.u8();
  if (version > 1)
    return llvm::createStringError("HDF5 superblock version " + llvm::Twine(int(version)) +
                                   " is not supported, only 0 and 1, which Keras writes, are");
  cursor.skip(4); // versions of parts that have one version only
  uint8_t offsetSize = cursor.u8(), lengthSize = cursor.u8();
  if (offsetSize != 8 || lengthSize != 8)
    return llvm::createStringError("HDF5 with offsets of " + llvm::Twine(int(offsetSize)) +
                                   " and lengths of " + llvm::Twine(int(lengthSize)) +
                                   " bytes is not supported, only of 8 each");
  cursor.skip(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0)); // reserved, tree constants, flags
  uint64_t base = cursor.u64();
  cursor.skip(3 * 8 + 8); // free space, end of file, driver; the root's link name
  uint64_t root = cursor.u64();
  if (!cursor.ok() || base != 0)
    return damaged("the superblock is cut off or has a base address");
  return Hdf5Object::read(bytes, root);
}

llvm::Expected<Hdf5Object> Hdf5Object::read(std::string_view file, uint64_t address) {
  Hdf5Object object(file);
  if (llvm::Error error = object.readMessages(address))
    return error;
  if (std::optional<std::string_view> table = object.message(kSymbolTable))
    if (llvm::Error error = object.readLinks(*table))
      return error;
  return object;
}

std::optional<std::string_view> Hdf5Object::message(uint16_t type) const {
  for (const Message &message : messages_)
    if (message.type == type)
      return message.data;
  return std::nullopt;
}

/// A version 1 header: a count of messages, the first block of them, and more blocks that
/// continuation messages point to.
llvm::Error Hdf5Object::readMessages(uint64_t address) {
  ByteCursor header(from(file_, address));
  uint8_t version = header.u8();
  header.skip(1);
  uint16_t count = header.u16();
  header.skip(4); // reference count
  uint32_t size = header.u32();
  header.skip(4); // alignment
  std::string_view first = header.take(size);
  if (!header.ok() || version != 1)
    return damaged("no object header of version 1 at byte " + llvm::Twine(address));

  llvm::SmallVector<std::string_view> blocks = {first};
  for (size_t i = 0; i < blocks.size(); ++i) {
    ByteCursor block(blocks[i]);
    while (block.rest().size() >= 8 && messages_.size() < count) {
      Message message;
      message.type = block.u16();
      uint16_t length = block.u16();
      uint8_t flags = block.u8();
      block.skip(3);
      message.data = block.take(length);
      if (!block.ok())
        return damaged("a message of the object header at byte " + llvm::Twine(address) +
                       " is cut off");
      constexpr uint8_t kShared = 2; // the data is the address of the real message
      if (flags & kShared)
        message.type = kNil;
      messages_.push_back(message);
      if (message.type == kContinuation) {
        ByteCursor place(message.data);
        uint64_t offset = place.u64(), bytes = place.u64();
        std::optional<std::string_view> next = slice(file_, offset, bytes);
        if (!place.ok() || !next || blocks.size() == kMaxHeaderBlocks)
          return damaged("the object header at byte " + llvm::Twine(address) +
                         " goes on outside the file");
        blocks.push_back(*next);
      }
    }
  }
  return llvm::Error::success();
}

static std::optional<std::string> heapString(std::string_view heap, uint64_t offset) {
  std::string_view text = from(heap, offset);
  size_t length = text.find('\0');
  if (length == std::string_view::npos)
    return std::nullopt;
  return std::string(text.substr(0, length));
}

/// The data segment of a local heap, which holds the names of one group.
static std::optional<std::string_view> localHeap(std::string_view file, uint64_t address) {
  ByteCursor cursor(from(file, address));
  if (cursor.take(4) != "HEAP")
    return std::nullopt;
  cursor.skip(4);
  uint64_t size = cursor.u64();
  cursor.skip(8); // free list
  uint64_t data = cursor.u64();
  return cursor.ok() ? slice(file, data, size) : std::nullopt;
}

/// A group is a B-tree over nodes of symbols; a symbol is a name and the address of an object.
llvm::Error Hdf5Object::readLinks(std::string_view symbolTable) {
  ByteCursor table(symbolTable);
  uint64_t tree = table.u64();
  std::optional<std::string_view> names = localHeap(file_, table.u64());
  if (!table.ok() || !names)
    return damaged("a group has no heap of names");

  llvm::SmallVector<uint64_t> pending = {tree};
  llvm::DenseSet<uint64_t> seen;
  size_t links = 0;
  while (!pending.empty()) {
    uint64_t address = pending.pop_back_val();
    ByteCursor node(from(file_, address));
    std::string_view kind = node.take(4);
    // Addresses beyond the file are no keys for DenseSet, and have no kind.
    if (!node.ok() || !seen.insert(address).second)
      return damaged("a group's tree does not end");
    if (kind == "TREE") {
      node.skip(2); // node type, level
      uint16_t used = node.u16();
      node.skip(2 * 8); // siblings
      for (uint16_t i = 0; i < used && node.ok(); ++i) {
        node.skip(8); // key: all symbols are read, in any order
        pending.push_back(node.u64());
      }
    } else if (kind == "SNOD") {
      node.skip(2);
      uint16_t used = node.u16();
      for (uint16_t i = 0; i < used && node.ok(); ++i) {
        uint64_t nameOffset = node.u64(), object = node.u64();
        uint32_t cacheType = node.u32();
        node.skip(4 + 16);
        constexpr uint32_t kSymbolicLink = 2;
        std::optional<std::string> name = heapString(*names, nameOffset);
        if (!name)
          return damaged("a link has no name");
        if (cacheType != kSymbolicLink)
          links_.emplace(std::move(*name), object);
      }
      links += used;
    } else {
      return damaged("no group node at byte " + llvm::Twine(address));
    }
    if (!node.ok() || links > kMaxLinks || pending.size() > kMaxLinks)
      return damaged("a group node is cut off");
  }
  return llvm::Error::success();
}

llvm::Expected<std::optional<Hdf5Object>> Hdf5Object::child(llvm::StringRef path) const {
  llvm::SmallVector<llvm::StringRef> parts;
  path.split(parts, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  Hdf5Object current(file_);
  const Hdf5Object *parent = this;
  for (llvm::StringRef part : parts) {
    auto link = parent->links_.find(std::string_view(part));
    if (link == parent->links_.end())
      return std::nullopt;
    llvm::Expected<Hdf5Object> next = read(file_, link->second);
    if (!next)
      return next.takeError();
    current = std::move(*next);
    parent = &current;
  }
  return *parent;
}

} // namespace tandem::keras
