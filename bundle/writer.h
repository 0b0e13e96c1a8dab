#pragma once

#include "base/result.h"
#include "bundle/manifest_generated.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tandem::bundle {

/// Collects blobs and a manifest, then writes the file (FORMAT.md) in one go, atomically.
class Writer {
public:
  /// Index of the blob, for the manifest. The bytes are copied.
  uint32_t addBlob(std::span<const std::byte> bytes);
  uint32_t addBlob(std::string_view bytes);

  /// `manifest.blobs` is filled in here; everything else is the caller's. Errors: kIo.
  Status write(const std::string &path, ManifestT manifest) const;
  /// The same as bytes in memory.
  std::vector<std::byte> bytes(ManifestT manifest) const;

private:
  std::vector<std::vector<std::byte>> blobs_;
};

} // namespace tandem::bundle
