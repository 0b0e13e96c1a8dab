#include "base/file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tandem {
namespace {
/// Owns a file descriptor.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  int get() const { return fd_; }

private:
  int fd_;
};

Error systemError(const std::string &path, std::string_view what) {
  int reason = errno;
  return Error(reason == ENOENT ? Code::kNotFound : Code::kIo, path, what, ": ",
               std::strerror(reason));
}

bool writeAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return false;
    bytes = bytes.subspan(static_cast<size_t>(wrote));
  }
  return fsync(fd) == 0 || errno == EINVAL; // pipes and devices cannot sync
}
} // namespace

Result<MappedFile> MappedFile::open(const std::string &path) {
  if (path.empty())
    return Error(Code::kNotFound, "", "the file's name is empty");
  // O_NONBLOCK: opening a FIFO would wait for its writer before its type can be looked at.
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0)
    return systemError(path, "cannot open");
  struct stat facts = {};
  if (fstat(fd.get(), &facts) != 0)
    return systemError(path, "cannot read");
  if (!S_ISREG(facts.st_mode))
    return Error(Code::kIo, path, "not a regular file");
  MappedFile file;
  file.path_ = path;
  file.size_ = static_cast<size_t>(facts.st_size);
  if (file.size_ == 0)
    return file;
  void *data = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) {
    file.size_ = 0;
    return systemError(path, "cannot map");
  }
  file.data_ = static_cast<const std::byte *>(data);
  return file;
}

MappedFile::MappedFile(MappedFile &&other) noexcept {
  *this = std::move(other);
}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_)
    munmap(const_cast<std::byte *>(data_), size_);
}

/// The file that a rename may replace: `path`, or what a link there leads to. A rename would
/// replace a device, a FIFO or the link itself by a plain file.
static Result<std::string> replaceable(const std::string &path) {
  struct stat facts = {};
  if (lstat(path.c_str(), &facts) != 0)
    return path; // nothing there yet, or a folder that the write itself will name
  std::string target = path;
  if (S_ISLNK(facts.st_mode)) {
    std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
    if (!real)
      return Error(Code::kIo, path, "cannot write: a link that leads nowhere");
    target = real.get();
    if (stat(target.c_str(), &facts) != 0)
      return Error(Code::kIo, path, "cannot write: ", std::strerror(errno));
  }
  if (!S_ISREG(facts.st_mode))
    return Error(Code::kIo, path, "cannot write: not a regular file");
  return target;
}

Status writeFileAtomically(const std::string &given, std::span<const std::byte> bytes) {
  TANDEM_ASSIGN_OR_RETURN(const std::string path, replaceable(given));
  std::string temporary = path + ".tmp." + std::to_string(getpid());
  {
    Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (fd.get() < 0) {
      Error error = systemError(path, "cannot write");
      error.code = Code::kIo; // a missing folder is a refused write, not a missing input
      return error;
    }
    if (!writeAll(fd.get(), bytes)) {
      Error error = systemError(path, "cannot write");
      unlink(temporary.c_str());
      return error;
    }
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = systemError(path, "cannot write");
    unlink(temporary.c_str());
    return error;
  }
  return Status();
}

Status writeFileAtomically(const std::string &path, std::string_view text) {
  return writeFileAtomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace tandem
