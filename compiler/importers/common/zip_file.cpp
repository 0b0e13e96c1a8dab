#include "compiler/importers/common/zip_file.h"

#include "compiler/importers/common/byte_cursor.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/CRC.h"

#include <zip.h>

namespace tandem {

static constexpr uint64_t kMaxEntries = 1 << 20;
// Deflate cannot do better than 1032 to 1.
static constexpr uint64_t kMostDeflated = 1040;
// That much would let a few megabytes fill any memory, and so would files that are stored once and
// have many names. Frameworks store weights as they are, and what they deflate is text: of all that
// is read of an archive no more is taken than this.
static constexpr uint64_t kUnpackedFreely = 64 << 20, kMaxRatio = 20;

struct ZipFile::Handle {
  zip_t *zip;
  explicit Handle(zip_t *zip) : zip(zip) {}
  Handle(const Handle &) = delete;
  ~Handle() { zip_discard(zip); }
};

ZipFile::ZipFile(std::unique_ptr<Handle> handle, std::string what, std::string_view bytes)
    : handle_(std::move(handle)), what_(std::move(what)), bytes_(bytes) {}
ZipFile::ZipFile(ZipFile &&) noexcept = default;
ZipFile &ZipFile::operator=(ZipFile &&) noexcept = default;
ZipFile::~ZipFile() = default;

bool ZipFile::hasSignature(std::string_view bytes) {
  return bytes.starts_with(std::string_view("PK\x03\x04", 4));
}

llvm::Expected<ZipFile> ZipFile::open(std::string_view bytes, llvm::StringRef what,
                                      std::function<void()> release) {
  // libzip searches for an archive anywhere, and takes no bytes for an empty one.
  if (!hasSignature(bytes))
    return llvm::createStringError(what + " is not a zip archive");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(bytes.data(), bytes.size(), /*freep=*/0, &error);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!zip) {
    std::string reason = zip_error_code_zip(&error) == ZIP_ER_NOZIP
                             ? "the list of its files, which is at its end, is not there"
                             : zip_error_strerror(&error);
    zip_error_fini(&error);
    if (source)
      zip_source_free(source);
    return llvm::createStringError(what + " is cut short or damaged: " + reason);
  }
  zip_error_fini(&error);
  ZipFile file(std::make_unique<Handle>(zip), what.str(), bytes);
  file.release_ = std::move(release);
  zip_int64_t count = zip_get_num_entries(zip, 0);
  if (count < 0 || static_cast<uint64_t>(count) > kMaxEntries)
    return llvm::createStringError(what + " has too many files");
  for (zip_int64_t i = 0; i < count; ++i) {
    const char *name = zip_get_name(zip, i, ZIP_FL_ENC_RAW);
    if (!name)
      return llvm::createStringError(what + " is damaged: a file has no name");
    if (!file.entries_.emplace(name, i).second)
      return llvm::createStringError(what + " is damaged: two files are called '" + name + "'");
  }
  return file;
}

llvm::Expected<Bytes> ZipFile::read(llvm::StringRef name) const {
  auto entry = entries_.find(name.str());
  if (entry == entries_.end())
    return llvm::createStringError(what_ + " has no file '" + name + "'");
  auto refuse = [&](const llvm::Twine &reason) {
    return llvm::createStringError("the file '" + name + "' in " + what_ + " " + reason);
  };
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(handle_->zip, entry->second, 0, &stat) != 0 ||
      (stat.valid & kNeeded) != kNeeded)
    return refuse("cannot be read");
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
    return refuse("is packed by method " + llvm::Twine(stat.comp_method) +
                  ", only stored and deflated files are supported");
  bool isStored = stat.comp_method == ZIP_CM_STORE;
  if (stat.comp_size > bytes_.size() || stat.size > kMaxEntry ||
      stat.size / (isStored ? 1 : kMostDeflated) > stat.comp_size)
    return refuse("says that it has " + llvm::Twine(stat.size) + " bytes, more than its " +
                  llvm::Twine(stat.comp_size) + " packed bytes can hold");
  unpacked_ += stat.size;
  if (unpacked_ > kUnpackedFreely + kMaxRatio * bytes_.size())
    return refuse("says that it has " + llvm::Twine(stat.size) + " bytes, of an archive of " +
                  llvm::Twine(bytes_.size()) + ": no model is packed so well");

  zip_file_t *file = zip_fopen_index(handle_->zip, entry->second, 0);
  if (!file)
    return refuse("cannot be read: " + llvm::Twine(zip_strerror(handle_->zip)));
  std::string bytes(stat.size, '\0');
  uint64_t done = 0;
  zip_int64_t got = 0;
  while (done < stat.size && (got = zip_fread(file, bytes.data() + done, stat.size - done)) > 0)
    done += got;
  char beyond;
  // libzip compares the checksum when it comes to the end, which it only sees by reading on.
  bool complete = done == stat.size && zip_fread(file, &beyond, 1) == 0;
  zip_fclose(file);
  if (!complete)
    return refuse("is damaged");
  constexpr uint64_t kLarge = 1 << 20;
  if (release_ && stat.size >= kLarge)
    release_();
  return std::make_shared<const std::string>(std::move(bytes));
}

namespace {
/// What the directory at the end of an archive says of a file.
struct DirectoryEntry {
  std::string_view name;
  uint16_t flags = 0, method = 0;
  uint32_t checksum = 0, packed = 0, size = 0, place = 0;
};

DirectoryEntry readDirectoryEntry(ByteCursor &directory) {
  DirectoryEntry entry;
  if (directory.u32() != 0x02014b50)
    return entry;
  directory.skip(4); // versions
  entry.flags = directory.u16();
  entry.method = directory.u16();
  directory.skip(4); // time
  entry.checksum = directory.u32();
  entry.packed = directory.u32();
  entry.size = directory.u32();
  uint16_t nameSize = directory.u16(), extraSize = directory.u16(), commentSize = directory.u16();
  directory.skip(2 + 2 + 4); // disk, attributes
  entry.place = directory.u32();
  entry.name = directory.take(nameSize);
  directory.skip(extraSize + commentSize);
  return entry;
}

/// Of an archive without a comment, which ends with the directory's own record.
std::string_view directoryOf(std::string_view bytes) {
  constexpr size_t kEndSize = 22;
  if (bytes.size() < kEndSize)
    return {};
  ByteCursor end(bytes.substr(bytes.size() - kEndSize));
  if (end.u32() != 0x06054b50)
    return {};
  end.skip(8); // disks and counts
  uint64_t size = end.u32(), place = end.u32();
  return place <= bytes.size() && size <= bytes.size() - place ? bytes.substr(place, size)
                                                               : std::string_view();
}

std::optional<std::string_view> contentOf(std::string_view bytes, const DirectoryEntry &entry) {
  constexpr uint16_t kEncrypted = 1;
  bool isStored = entry.method == 0 && !(entry.flags & kEncrypted) && entry.packed == entry.size;
  constexpr size_t kNameSizeAt = 26;
  if (!isStored || entry.place > bytes.size())
    return std::nullopt;
  ByteCursor local(bytes.substr(entry.place));
  if (local.u32() != 0x04034b50)
    return std::nullopt;
  local.skip(kNameSizeAt - 4);
  uint16_t nameSize = local.u16(), extraSize = local.u16();
  local.skip(nameSize + extraSize);
  std::string_view content = local.take(entry.size);
  bool isWhole =
      local.ok() && llvm::crc32(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(content.data()),
                                               content.size())) == entry.checksum;
  return isWhole ? std::optional(content) : std::nullopt;
}
} // namespace

std::optional<std::string_view> ZipFile::inPlace(llvm::StringRef name) const {
  ByteCursor directory(directoryOf(bytes_));
  while (!directory.atEnd() && directory.ok()) {
    DirectoryEntry entry = readDirectoryEntry(directory);
    if (directory.ok() && entry.name == std::string_view(name))
      return contentOf(bytes_, entry);
  }
  return std::nullopt;
}

} // namespace tandem
