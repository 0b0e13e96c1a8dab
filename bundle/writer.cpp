#include "bundle/writer.h"

#include "base/file.h"
#include "bundle/checksum.h"
#include "bundle/layout.h"

#include <cstring>

namespace tandem::bundle {

uint32_t Writer::addBlob(std::span<const std::byte> bytes) {
  blobs_.emplace_back(bytes.begin(), bytes.end());
  return static_cast<uint32_t>(blobs_.size() - 1);
}

uint32_t Writer::addBlob(std::string_view bytes) {
  return addBlob(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::vector<std::byte> Writer::bytes(ManifestT manifest) const {
  manifest.blobs.clear();
  uint64_t end = sizeof(Header);
  for (const std::vector<std::byte> &blob : blobs_) {
    auto entry = std::make_unique<BlobT>();
    entry->offset = end;
    entry->size = blob.size();
    entry->checksum = checksum(blob);
    manifest.blobs.push_back(std::move(entry));
    end = alignUp(end + blob.size() + kSlack);
  }
  flatbuffers::FlatBufferBuilder builder;
  FinishManifestBuffer(builder, CreateManifest(builder, &manifest));

  Header header = {.magic = kMagic,
                   .version = kVersion,
                   .headerSize = sizeof(Header),
                   .fileSize = end + builder.GetSize(),
                   .manifestOffset = end,
                   .manifestSize = builder.GetSize(),
                   .manifestChecksum = checksum(
                       std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()))),
                   .reserved = 0,
                   .headerChecksum = 0};
  header.headerChecksum =
      checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, headerChecksum)));

  std::vector<std::byte> file(header.fileSize); // zero between the parts
  std::memcpy(file.data(), &header, sizeof header);
  for (size_t i = 0; i < blobs_.size(); ++i)
    std::copy(blobs_[i].begin(), blobs_[i].end(), file.begin() + manifest.blobs[i]->offset);
  std::memcpy(file.data() + end, builder.GetBufferPointer(), builder.GetSize());
  return file;
}

Status Writer::write(const std::string &path, ManifestT manifest) const {
  return writeFileAtomically(path, bytes(std::move(manifest)));
}

} // namespace tandem::bundle
