#include "tools/tandem/quiet_stderr.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace tandem {

QuietStderr::QuietStderr() {
  std::fflush(stderr);
  saved_ = dup(STDERR_FILENO);
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (saved_ >= 0 && nowhere >= 0)
    dup2(nowhere, STDERR_FILENO);
  if (nowhere >= 0)
    close(nowhere);
}

QuietStderr::~QuietStderr() {
  if (saved_ < 0)
    return;
  dup2(saved_, STDERR_FILENO);
  close(saved_);
}

} // namespace tandem
