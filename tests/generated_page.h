#pragma once

#include "base/file.h"

#include <cstdio>
#include <string>

namespace tandem::test {

/// What a program that makes a page of docs/generated does: `PROGRAM` prints the page, `PROGRAM
/// FILE` holds the file to it and says which command makes it anew. Returns the exit code.
inline int printOrCheckPage(const std::string &page, int argc, char **argv, const char *program) {
  if (argc == 1) {
    std::fputs(page.c_str(), stdout);
    return 0;
  }
  auto file = MappedFile::open(argv[1]);
  if (file.ok() && file->text() == page)
    return 0;
  std::fprintf(stderr, "%s is stale: run build/bin/%s > %s\n", argv[1], program, argv[1]);
  return 1;
}

} // namespace tandem::test
