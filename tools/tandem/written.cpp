#include "tools/tandem/written.h"

#include <cstdio>

namespace tandem {

void sayWritten(const std::string &path) {
  if (!path.empty())
    std::fprintf(stderr, "saved %s\n", path.c_str());
}

} // namespace tandem
