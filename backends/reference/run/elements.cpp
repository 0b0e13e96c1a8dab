#include "backends/reference/run/elements.h"

#include "base/bfloat.h"

#include <cstring>

namespace tandem::reference {

std::array<std::byte, 8> elementOf(const Tensor &tensor, float value) {
  std::array<std::byte, 8> bytes = {};
  auto put = [&](auto element) { std::memcpy(bytes.data(), &element, sizeof element); };
  if (tensor.isCodes()) { // little-endian: the lower bytes are the code in fewer bits
    put(quantizeReal(value, tensor.type, tensor.scale(), tensor.zeroPoint()));
    return bytes;
  }
  switch (tensor.type) {
  case ElementType::kF32:
    put(value);
    break;
  case ElementType::kF16:
    put(floatToHalf(value));
    break;
  case ElementType::kBF16:
    put(floatToBfloat(value));
    break;
  default: // clamped first: a float beyond the integer would not be defined
    put(static_cast<int64_t>(std::min(std::max(double(value), -0x1p62), 0x1p62)));
  }
  return bytes;
}

Kernel copyPlaces(const Op &op, const Shape &shape, const Places &from, const Places &to) {
  return withElementSize(op.result().type, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [=, x = op.operand(0).as<const T>() + from.start, y = op.result().as<T>() + to.start] {
      walk<2>(shape, {from.steps, to.steps}, [&](const auto &at) { y[at[1]] = x[at[0]]; });
    };
  });
}

} // namespace tandem::reference
