// Bytes from strangers through the reader of applications' profiles.
#include "pipeline/plan/app_profile.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)tandem::parseAppProfile("fuzz.json", {reinterpret_cast<const char *>(data), size}).ok();
  return 0;
}
