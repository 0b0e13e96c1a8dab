#pragma once

#include "base/file.h"
#include "base/result.h"
#include "bundle/manifest_generated.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tandem::bundle {

/// An open .tandem file, mapped and checked: header, checksums, the manifest by FlatBuffers'
/// verifier, and every index, offset, size and shape in it. After open() succeeds nothing in the
/// manifest points outside the file. Immutable, so any number of threads may read. Errors:
/// kNotFound, kIo, kCorruptData (not a bundle, damaged), kUnsupported (a newer version).
class Reader {
public:
  static Result<Reader> open(const std::string &path);
  /// Over bytes that outlive the reader and start at an address that is a multiple of 64.
  static Result<Reader> openBytes(std::span<const std::byte> bytes, std::string name);

  const Manifest &manifest() const { return *manifest_; }
  const std::string &path() const { return path_; }
  size_t fileSize() const { return bytes_.size(); }
  /// All of the file.
  std::span<const std::byte> bytes() const { return bytes_; }
  /// In place in the mapped file, at an address that is a multiple of 64. `index` must be valid.
  std::span<const std::byte> blob(uint32_t index) const;
  /// Gives back the memory of a blob that will hardly be looked at again; its pages are read from
  /// the file once more where it is. Does nothing for bytes that are the caller's.
  void release(uint32_t index) const;

private:
  MappedFile file_;
  std::span<const std::byte> bytes_;
  const Manifest *manifest_ = nullptr;
  std::string path_;
};

/// Whether the file starts as a bundle does; says nothing about the rest.
bool looksLikeBundle(std::span<const std::byte> bytes);

} // namespace tandem::bundle
