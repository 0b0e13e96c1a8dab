#include "compiler/importers/common/narrow.h"

#include <cstring>

namespace tandem {

std::vector<char> floatsOfDoubles(llvm::ArrayRef<char> doubles) {
  size_t count = doubles.size() / sizeof(double);
  std::vector<char> floats(count * sizeof(float));
  for (size_t i = 0; i < count; ++i) {
    double value;
    std::memcpy(&value, doubles.data() + i * sizeof(double), sizeof(double));
    auto single = static_cast<float>(value);
    std::memcpy(floats.data() + i * sizeof(float), &single, sizeof(float));
  }
  return floats;
}

} // namespace tandem
