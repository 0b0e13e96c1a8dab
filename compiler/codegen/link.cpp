#include "compiler/codegen/link.h"

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace llvm;

namespace tandem::codegen {

/// An anonymous file with these bytes: lld reads files only. Its descriptor, or -1 with errno.
static int anonymousFile(ArrayRef<char> bytes) {
  int file = memfd_create("kernels.o", MFD_CLOEXEC);
  while (file >= 0 && !bytes.empty()) {
    ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      close(file);
      return -1;
    }
    bytes = bytes.drop_front(static_cast<size_t>(written));
  }
  return file;
}

/// lld does not tell kinds of errors apart: it names the output only where it cannot write it.
static Error runLld(ArrayRef<std::string> arguments, StringRef output) {
  static std::mutex oneAtATime; // lld keeps a global context
  std::lock_guard lock(oneAtATime);
  SmallVector<const char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string messages;
  raw_string_ostream errors(messages);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  lld::Result result = lld::lldMain(argv, nulls(), errors, drivers);
  if (result.retCode == 0 && result.canRunAgain)
    return Error::success();
  if (StringRef(messages).contains(output))
    return createStringError(std::make_error_code(std::errc::io_error),
                             "cannot write the linked kernels to a temporary file: " +
                                 StringRef(messages).trim());
  return createStringError("linking the generated kernels failed: " + StringRef(messages).trim());
}

Expected<std::string> linkImage(ArrayRef<ObjectCode> objects, const Isa &isa) {
  // The output cannot be anonymous: lld writes a file beside it and renames.
  SmallString<128> output;
  if (std::error_code code = sys::fs::createTemporaryFile("tandem-kernels", "so", output))
    return createStringError(std::make_error_code(std::errc::io_error),
                             "cannot create a temporary file for the linker: " + code.message());
  SmallVector<int> files;
  scope_exit cleanUp([&] {
    for (int file : files)
      close(file);
    sys::fs::remove(output);
  });

  // sysv: the GNU hash table does not tell the number of symbols, which our loader checks against.
  SmallVector<std::string> arguments = {"ld.lld",
                                        "-shared",
                                        "-o",
                                        output.str().str(),
                                        "-m",
                                        isa.architecture.linkEmulation.str(),
                                        "--no-undefined",
                                        "-Bsymbolic",
                                        "-z",
                                        "text",
                                        "-z",
                                        "noexecstack",
                                        "--gc-sections",
                                        "--strip-all",
                                        "--hash-style=sysv",
                                        "--build-id=none",
                                        "--threads=1"};
  for (const ObjectCode &object : objects) {
    int file = anonymousFile(object);
    if (file < 0)
      return createStringError(std::make_error_code(std::errc::io_error),
                               "cannot hand an object to the linker: " + Twine(strerror(errno)));
    files.push_back(file);
    arguments.push_back("/proc/self/fd/" + std::to_string(file));
  }
  if (Error error = runLld(arguments, output))
    return error;
  ErrorOr<std::unique_ptr<MemoryBuffer>> image = MemoryBuffer::getFile(output, false, false);
  if (!image)
    return createStringError(std::make_error_code(std::errc::io_error),
                             "cannot read the linked kernels: " + image.getError().message());
  return (*image)->getBuffer().str();
}

} // namespace tandem::codegen
