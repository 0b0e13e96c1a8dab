#include "bundle/reader.h"

#include "bundle/checksum.h"
#include "bundle/layout.h"
#include "bundle/validate.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace tandem::bundle {
namespace {
using Bytes = std::span<const std::byte>;

Error corrupt(std::string_view path, const auto &...parts) {
  return Error(Code::kCorruptData, path, parts...);
}

bool startsLikeBundle(Bytes file) {
  size_t shown = std::min(file.size(), kMagic.size());
  return shown > 0 && std::memcmp(file.data(), kMagic.data(), shown) == 0;
}

Result<Header> readHeader(Bytes file, std::string_view path) {
  if (!startsLikeBundle(file))
    return corrupt(path, "not a tandem bundle: 'tandem compile' makes one of a model");
  if (file.size() < sizeof(Header))
    return corrupt(path, "truncated: the file has ", file.size(), " bytes, its header ",
                   sizeof(Header));
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  if (checksum(file.first(offsetof(Header, headerChecksum))) != header.headerChecksum)
    return corrupt(path, "damaged: the header does not have its checksum");
  if (header.version != kVersion)
    return Error(Code::kUnsupported, path, "format version ", header.version,
                 ", this build reads version ", kVersion);
  if (header.headerSize != sizeof(Header) || header.reserved != 0)
    return corrupt(path, "a header of ", header.headerSize, " bytes, expected ", sizeof(Header),
                   " with zero in its reserved part");
  if (header.fileSize != file.size())
    return corrupt(path, file.size() < header.fileSize ? "truncated" : "too long",
                   ": the file has ", file.size(), " bytes, its header says ", header.fileSize);
  return header;
}

Result<const Manifest *> readManifest(Bytes file, const Header &header, std::string_view path) {
  uint64_t offset = header.manifestOffset, size = header.manifestSize;
  if (offset % kAlignment || offset > file.size() || size > file.size() - offset ||
      size > kMaxManifest)
    return corrupt(path, "the manifest takes ", size, " bytes at ", offset, ", the file has ",
                   file.size());
  Bytes bytes = file.subspan(offset, size);
  if (checksum(bytes) != header.manifestChecksum)
    return corrupt(path, "damaged: the manifest does not have its checksum");
  const auto *data = reinterpret_cast<const uint8_t *>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!VerifyManifestBuffer(verifier))
    return corrupt(path, "the manifest is not a FlatBuffer of its schema");
  return GetManifest(data);
}

// The sizes together are held to the file's, so that blobs laid over one another cannot make
// checking them take more than one pass over the file.
Status checkBlobs(const Manifest &manifest, Bytes file, std::string_view path) {
  uint64_t left = file.size();
  for (uint32_t i = 0; i < manifest.blobs()->size(); ++i) {
    const Blob &blob = *manifest.blobs()->Get(i);
    uint64_t offset = blob.offset(), size = blob.size();
    if (offset % kAlignment || offset > file.size() || size > file.size() - offset ||
        kSlack > file.size() - offset - size)
      return corrupt(path, "blob ", i, " takes ", size, " bytes and ", kSlack, " of slack at ",
                     offset, ", the file has ", file.size());
    if (size > left)
      return corrupt(path, "the blobs take more than the ", file.size(), " bytes of the file");
    left -= size;
    if (checksum(file.subspan(offset, size)) != blob.checksum())
      return corrupt(path, "damaged: blob ", i, " does not have its checksum");
  }
  return Status();
}
} // namespace

Result<Reader> Reader::open(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  TANDEM_ASSIGN_OR_RETURN(Reader reader, openBytes(file.bytes(), path));
  reader.file_ = std::move(file); // the mapping stays where it is, so the spans stay good
  return reader;
}

Result<Reader> Reader::openBytes(std::span<const std::byte> bytes, std::string name) {
  TANDEM_ASSIGN_OR_RETURN(Header header, readHeader(bytes, name));
  TANDEM_ASSIGN_OR_RETURN(const Manifest *manifest, readManifest(bytes, header, name));
  TANDEM_RETURN_IF_ERROR(checkBlobs(*manifest, bytes, name));
  TANDEM_RETURN_IF_ERROR(validateModels(*manifest, header.manifestSize, name));
  Reader reader;
  reader.bytes_ = bytes;
  reader.manifest_ = manifest;
  reader.path_ = std::move(name);
  return reader;
}

std::span<const std::byte> Reader::blob(uint32_t index) const {
  const Blob &blob = *manifest_->blobs()->Get(index);
  return bytes_.subspan(blob.offset(), blob.size());
}

void Reader::release(uint32_t index) const {
  if (file_.bytes().empty())
    return;
  std::span<const std::byte> bytes = blob(index);
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  uintptr_t end = (begin + bytes.size()) / page * page;
  begin = (begin + page - 1) / page * page;
  if (begin < end) // a wish: pages of the mapping are the file's, whether they are here or not
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

bool looksLikeBundle(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

} // namespace tandem::bundle
