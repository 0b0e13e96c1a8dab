#pragma once

#include "base/file.h"
#include "compiler/importers/tensorflow/elements.h"

#include <map>
#include <memory>

namespace tandem::tensorflow {

/// Where a variable's bytes are.
struct BundleEntry {
  int32_t type = 0, shard = 0;
  llvm::SmallVector<int64_t> shape;
  uint64_t offset = 0, size = 0;
  uint32_t maskedCrc = 0;
  bool isSliced = false; ///< stored in parts, which only distributed training does
};

/// What a .index file says.
struct BundleIndex {
  int32_t shards = 0;
  std::map<std::string, BundleEntry, std::less<>> entries;
};
/// Errors: bytes that are no sorted table of such entries.
llvm::Expected<BundleIndex> readBundleIndex(std::string_view file);

/// The elements of an entry, out of its shard's bytes, which must outlive them. The checksum is
/// checked. Errors: an entry behind the end of the shard, or one that its shape and type do not
/// fit.
llvm::Expected<Elements> readEntry(const BundleEntry &entry, std::string_view shard);

/// The variables of a model: PREFIX.index, and PREFIX.data-00000-of-00002 and so on, mapped when
/// they are first needed. Not for two threads at once.
class TensorBundle {
public:
  /// Errors name the file.
  static llvm::Expected<TensorBundle> open(std::string prefix);

  /// Null when there is no such variable.
  const BundleEntry *find(std::string_view name) const;
  /// The elements are a view of the mapped file, as far as they can, and die with this object.
  llvm::Expected<Elements> read(std::string_view name);

private:
  std::string prefix_;
  BundleIndex index_;
  std::map<int32_t, MappedFile> shards_;
};

} // namespace tandem::tensorflow
