// Bytes from strangers through the reader of device profiles.
#include "devices/profile.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)tandem::parseProfile("fuzz.json", {reinterpret_cast<const char *>(data), size}).ok();
  return 0;
}
