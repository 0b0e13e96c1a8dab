#include "compiler/importers/tensorflow/tensor_bundle.h"

#include "compiler/importers/tensorflow/crc32c.h"
#include "compiler/importers/tensorflow/proto/tensor_bundle.pb.h"
#include "compiler/importers/tensorflow/sorted_table.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Path.h"

#include <cstdio>

namespace tandem::tensorflow {

static llvm::Expected<BundleEntry> parseEntry(const std::string &name, std::string_view bytes) {
  proto::BundleEntryProto record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return llvm::createStringError("the entry of '" + name + "' cannot be read");
  BundleEntry entry;
  entry.type = record.dtype();
  entry.shard = record.shard_id();
  std::optional<llvm::SmallVector<int64_t>> shape = shapeFrom(record.shape());
  if (!shape || record.offset() < 0 || record.size() < 0)
    return llvm::createStringError("the entry of '" + name + "' has no shape, place or size");
  entry.shape = std::move(*shape);
  entry.offset = record.offset();
  entry.size = record.size();
  entry.maskedCrc = record.crc32c();
  entry.isSliced = record.slices_size() > 0;
  return entry;
}

llvm::Expected<BundleIndex> readBundleIndex(std::string_view file) {
  llvm::Expected<SortedTable> table = readSortedTable(file);
  if (!table)
    return table.takeError();
  auto header = table->find("");
  proto::BundleHeaderProto record;
  if (header == table->end() ||
      !record.ParseFromArray(header->second.data(), static_cast<int>(header->second.size())))
    return llvm::createStringError("it has no header");
  if (record.endianness() != 0)
    return llvm::createStringError("it was written on a big-endian machine");
  BundleIndex index;
  index.shards = record.num_shards();
  for (const auto &[name, bytes] : *table) {
    if (name.empty())
      continue;
    llvm::Expected<BundleEntry> entry = parseEntry(name, bytes);
    if (!entry)
      return entry.takeError();
    index.entries.emplace(name, std::move(*entry));
  }
  return index;
}

llvm::Expected<Elements> readEntry(const BundleEntry &entry, std::string_view shard) {
  if (entry.isSliced)
    return llvm::createStringError("it is stored in slices, which is not supported");
  if (entry.offset > shard.size() || entry.size > shard.size() - entry.offset)
    return llvm::createStringError("it takes " + llvm::Twine(entry.size) + " bytes at " +
                                   llvm::Twine(entry.offset) + ", the file has " +
                                   llvm::Twine(shard.size()));
  std::string_view bytes = shard.substr(entry.offset, entry.size);
  llvm::Expected<Elements> elements =
      elementsOf(entry.type, entry.shape, {bytes.data(), bytes.size()});
  if (elements && maskedCrc(crc32c(bytes)) != entry.maskedCrc)
    return llvm::createStringError("its checksum does not match, the file is damaged");
  return elements;
}

llvm::Expected<TensorBundle> TensorBundle::open(std::string prefix) {
  std::string path = prefix + ".index";
  std::string name = llvm::sys::path::filename(path).str();
  Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok())
    return llvm::createStringError("the variables cannot be read: " + file.error().text());
  llvm::Expected<BundleIndex> index = readBundleIndex(file->text());
  if (!index)
    return llvm::createStringError(name + ": " + llvm::toString(index.takeError()));
  TensorBundle bundle;
  bundle.prefix_ = std::move(prefix);
  bundle.index_ = std::move(*index);
  return bundle;
}

const BundleEntry *TensorBundle::find(std::string_view name) const {
  auto found = index_.entries.find(name);
  return found == index_.entries.end() ? nullptr : &found->second;
}

llvm::Expected<Elements> TensorBundle::read(std::string_view name) {
  const BundleEntry *found = find(name);
  if (!found)
    return llvm::createStringError("the saved variables have no '" + std::string(name) + "'");
  const BundleEntry &entry = *found;
  char suffix[40];
  std::snprintf(suffix, sizeof suffix, ".data-%05d-of-%05d", entry.shard, index_.shards);
  std::string path = prefix_ + suffix;
  auto shard = shards_.find(entry.shard);
  if (shard == shards_.end()) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file.ok())
      return llvm::createStringError("the variable '" + std::string(name) +
                                     "' cannot be read: " + file.error().text());
    shard = shards_.emplace(entry.shard, std::move(*file)).first;
  }
  llvm::Expected<Elements> elements = readEntry(entry, shard->second.text());
  if (!elements)
    return llvm::createStringError("the variable '" + std::string(name) + "' in " +
                                   llvm::sys::path::filename(path) + ": " +
                                   llvm::toString(elements.takeError()));
  return elements;
}

} // namespace tandem::tensorflow
