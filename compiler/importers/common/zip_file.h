#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tandem {

/// The bytes of a file of an archive; shared, since several tensors may look into one.
using Bytes = std::shared_ptr<const std::string>;

/// A zip archive in memory, through libzip. Entries are read whole; one that says to unpack to more
/// than its bytes can hold, to more than kMaxEntry, or with those read before to far more than the
/// archive has, is refused before anything is allocated.
class ZipFile {
public:
  static constexpr uint64_t kMaxEntry = uint64_t(4) << 30;

  static bool hasSignature(std::string_view bytes);
  /// `what` names the archive in messages. `bytes` must outlive the object.
  /// `release` is called behind every large file that was read, and may be null.
  static llvm::Expected<ZipFile> open(std::string_view bytes, llvm::StringRef what,
                                      std::function<void()> release = nullptr);

  ZipFile(ZipFile &&) noexcept;
  ZipFile &operator=(ZipFile &&) noexcept;
  ~ZipFile();

  bool has(llvm::StringRef name) const { return entries_.count(name.str()) != 0; }
  llvm::Expected<Bytes> read(llvm::StringRef name) const;
  /// A file's bytes where they are in the archive: nothing when they are packed, damaged, or in a
  /// form that read() is for. No copy of a large one.
  std::optional<std::string_view> inPlace(llvm::StringRef name) const;
  /// Names of files, sorted.
  const std::map<std::string, uint64_t> &entries() const { return entries_; }

private:
  struct Handle;
  ZipFile(std::unique_ptr<Handle> handle, std::string what, std::string_view bytes);

  std::unique_ptr<Handle> handle_;
  std::string what_;
  std::string_view bytes_;
  std::function<void()> release_;
  std::map<std::string, uint64_t> entries_; ///< name to libzip's index
  mutable uint64_t unpacked_ = 0;           ///< bytes of files that were read
};

} // namespace tandem
