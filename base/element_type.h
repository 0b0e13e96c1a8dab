#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// How one element is stored. The values are part of the bundle format and the C ABI: only append.
enum class ElementType : uint8_t {
  kF32 = 0,
  kF16 = 1,
  kBF16 = 2,
  kI8 = 3,
  kU8 = 4,
  kI16 = 5,
  kI32 = 6,
  kI64 = 7,
  kBool = 8, ///< one byte, 0 or 1
};
inline constexpr int kElementTypeCount = 9;

/// Bytes of one element.
size_t elementSize(ElementType type);
/// "f32", "u8", ... and back.
std::string_view elementTypeName(ElementType type);
std::optional<ElementType> elementTypeFromName(std::string_view name);

/// Dimensions, outermost first; all known and at least 0.
using Shape = std::vector<int64_t>;

/// Product of the dimensions; nothing when one is negative or the product leaves int64_t.
std::optional<int64_t> elementCount(std::span<const int64_t> shape);
/// "1x224x224x3"; a scalar is "scalar".
std::string shapeText(std::span<const int64_t> shape);

/// IEEE half precision to and from float; round to nearest, ties to even.
float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);

/// Affine quantization: real = scale * (code - zeroPoint). One entry per tensor, or one per slice
/// along `axis`. No scales: not quantized.
struct Quantization {
  std::vector<float> scales;
  std::vector<int32_t> zeroPoints;
  int32_t axis = 0;

  bool empty() const { return scales.empty(); }
  bool perChannel() const { return scales.size() > 1; }
};

} // namespace tandem
