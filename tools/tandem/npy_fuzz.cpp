// Any bytes as a .npy file: an error or an array whose data are as long as it says.
#include "tools/tandem/npy.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto array = tandem::parseNpy(std::as_bytes(std::span(data, size)), "a.npy");
  if (!array.ok())
    return array.error().message.empty() ? (std::abort(), 0) : 0;
  auto count = tandem::elementCount(array->shape);
  if (!count ||
      static_cast<size_t>(*count) * tandem::elementSize(array->type) != array->data.size())
    std::abort();
  return 0;
}
