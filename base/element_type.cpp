#include "base/element_type.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tandem {
namespace {
struct TypeFacts {
  std::string_view name;
  size_t size;
};
constexpr std::array<TypeFacts, kElementTypeCount> kFacts = {{{"f32", 4},
                                                              {"f16", 2},
                                                              {"bf16", 2},
                                                              {"i8", 1},
                                                              {"u8", 1},
                                                              {"i16", 2},
                                                              {"i32", 4},
                                                              {"i64", 8},
                                                              {"bool", 1}}};
} // namespace

size_t elementSize(ElementType type) {
  return kFacts[static_cast<size_t>(type)].size;
}
std::string_view elementTypeName(ElementType type) {
  return kFacts[static_cast<size_t>(type)].name;
}
std::optional<ElementType> elementTypeFromName(std::string_view name) {
  for (size_t i = 0; i < kFacts.size(); ++i)
    if (kFacts[i].name == name)
      return static_cast<ElementType>(i);
  return std::nullopt;
}

std::optional<int64_t> elementCount(std::span<const int64_t> shape) {
  int64_t count = 1;
  bool empty = false;
  for (int64_t dim : shape) {
    if (dim < 0)
      return std::nullopt;
    empty |= dim == 0;
    if (!empty && __builtin_mul_overflow(count, dim, &count))
      return std::nullopt;
  }
  return empty ? 0 : count;
}

std::string shapeText(std::span<const int64_t> shape) {
  if (shape.empty())
    return "scalar";
  constexpr size_t kShown = 16; // a broken file can have any number
  std::string text;
  for (int64_t dim : shape.first(std::min(shape.size(), kShown))) {
    if (!text.empty())
      text += 'x';
    text += std::to_string(dim);
  }
  if (shape.size() > kShown)
    text += "x... (" + std::to_string(shape.size()) + " dimensions)";
  return text;
}

float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000u) << 16, rest = bits & 0x7fffu;
  if (rest >= 0x7c00u) // infinity and NaN keep their payload
    return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest < 0x400u) { // zero and subnormal: rest * 2^-24, exact in float
    float magnitude = static_cast<float>(rest) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((rest << 13) + (112u << 23)));
}

uint16_t floatToHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
  uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u)
    return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) // rounds to 65520 or more
    return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) { // subnormal half: adding 0.5 lets the FPU round at bit 2^-24
    float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
  }
  uint32_t odd = magnitude >> 13 & 1u;
  return static_cast<uint16_t>(sign | ((magnitude - (112u << 23) + 0xfffu + odd) >> 13));
}

} // namespace tandem
