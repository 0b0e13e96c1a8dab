#pragma once

#include "base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// A whole file mapped read-only. Movable; the span dies with the object.
/// Errors: kNotFound, kIo (a folder, no permission), all naming the path. Any thread.
class MappedFile {
public:
  static Result<MappedFile> open(const std::string &path);

  MappedFile() = default;
  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char *>(data_), size_}; }
  const std::string &path() const { return path_; }

private:
  const std::byte *data_ = nullptr;
  size_t size_ = 0;
  std::string path_;
};

/// Writes `bytes` to a temporary name beside `path`, syncs, and renames: `path` is either the whole
/// new file or what it was before. Errors: kIo, naming the path and the system's reason.
Status writeFileAtomically(const std::string &path, std::span<const std::byte> bytes);
Status writeFileAtomically(const std::string &path, std::string_view text);

} // namespace tandem
