#pragma once

#include "base/element_type.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace tandem {

// TFLite's quantized arithmetic, as its reference kernels compute it; tests/models/README.md says
// which rounding which operation has, and how that was measured. Pure functions; any thread.

/// A real number as `multiplier * 2^(shift - 31)`; the multiplier's magnitude is in [2^30, 2^31),
/// or 0.
struct FixedMultiplier {
  int32_t multiplier = 0;
  int32_t shift = 0; ///< -31..30; positive shifts left

  bool operator==(const FixedMultiplier &) const = default;
};

/// The nearest FixedMultiplier, half away from zero. Below 2^-32 it is zero; from 2^30 on, the
/// largest.
FixedMultiplier quantizeMultiplier(double real);

/// `round(a * b / 2^31)`, half away from zero but for the exact negative half, which goes up;
/// saturates where a == b == INT32_MIN. gemmlowp's SaturatingRoundingDoublingHighMul.
inline int32_t roundingDoublingHighMul(int32_t a, int32_t b) {
  if (a == b && a == std::numeric_limits<int32_t>::min())
    return std::numeric_limits<int32_t>::max();
  int64_t product = int64_t(a) * b;
  int64_t nudge = product >= 0 ? int64_t(1) << 30 : 1 - (int64_t(1) << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t(1) << 31));
}
/// The same in 16 bits: `round(a * b / 2^15)`.
inline int16_t roundingDoublingHighMul16(int16_t a, int16_t b) {
  if (a == b && a == std::numeric_limits<int16_t>::min())
    return std::numeric_limits<int16_t>::max();
  int32_t product = int32_t(a) * b;
  int32_t nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
  return static_cast<int16_t>((product + nudge) / (1 << 15));
}

/// `x / 2^exponent`, half away from zero; exponent in 0..31.
inline int32_t roundingDivideByPowerOfTwo(int32_t x, int exponent) {
  int64_t mask = (int64_t(1) << exponent) - 1;
  int64_t remainder = x & mask, threshold = (mask >> 1) + (x < 0);
  return static_cast<int32_t>((int64_t(x) >> exponent) + (remainder > threshold));
}

/// `x * 2^amount` in 32 bits; what does not fit is lost, as in TFLite.
inline int32_t shiftLeft(int32_t x, int amount) {
  return static_cast<int32_t>(static_cast<uint32_t>(x) << amount);
}

/// `x` times a FixedMultiplier, rounded twice: after the product and after the shift. What all of
/// TFLite's reference kernels do, but the fully connected one.
inline int32_t multiplyRoundingTwice(int32_t x, FixedMultiplier by) {
  int32_t high = roundingDoublingHighMul(shiftLeft(x, std::max(by.shift, 0)), by.multiplier);
  return roundingDivideByPowerOfTwo(high, std::max(-by.shift, 0));
}

/// The same rounded once, half up: TFLite's fully connected kernel on i8.
inline int32_t multiplyRoundingOnce(int32_t x, FixedMultiplier by) {
  int64_t half = int64_t(1) << (30 - by.shift);
  int64_t result = (int64_t(x) * by.multiplier + half) >> (31 - by.shift);
  return static_cast<int32_t>(std::clamp<int64_t>(result, std::numeric_limits<int32_t>::min(),
                                                  std::numeric_limits<int32_t>::max()));
}

/// The real multiplier of an i8 convolution, and of any filter quantized per channel.
inline double channelMultiplier(float input, float filter, float output) {
  return double(input) * double(filter) / double(output);
}
/// The real multiplier of a u8 convolution and of a fully connected layer with one filter scale:
/// the product of the scales is rounded to float first.
inline double tensorMultiplier(float input, float filter, float output) {
  return double(input * filter) / double(output);
}

/// An interval of codes, ends included.
struct CodeRange {
  int32_t low, high;

  int32_t clamp(int32_t code) const { return std::min(std::max(code, low), high); }
  bool operator==(const CodeRange &) const = default;
};
/// All codes of a type: kI8, kU8, kI16 or kI32.
CodeRange allCodes(ElementType type);

/// An interval of real numbers that an activation keeps its results in.
struct RealRange {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  float clamp(float value) const { return std::min(std::max(value, low), high); }
};
/// The codes in `range`: each finite end is `zeroPoint + round(end / scale)`, within the type's
/// codes.
CodeRange codesWithin(RealRange range, ElementType type, float scale, int32_t zeroPoint);

/// `clamp(zeroPoint + round(real / scale))`, half away from zero. NaN becomes `zeroPoint`.
int32_t quantizeReal(float real, ElementType type, float scale, int32_t zeroPoint);

/// Result code of each input code of an 8-bit type, indexed by the code's byte, so -1 is at 255.
using ByteTable = std::array<uint8_t, 256>;
/// TFLite's table for sigmoid, tanh and others: `function` is applied to the real value in float; a
/// result that is not a number counts as zero.
/// Both quantizations are per tensor, both types are `type` (kI8 or kU8).
ByteTable byteTable(ElementType type, const Quantization &input, const Quantization &output,
                    float (*function)(float));
/// What TFLite's tables of sigmoid and tanh are made with.
float sigmoidReal(float x);
float tanhReal(float x);

/// The three rescalings of a quantized addition or subtraction: both operands, shifted left by 20,
/// to a common scale, and their sum to the result's.
struct AddScaling {
  static constexpr int kLeftShift = 20;
  FixedMultiplier lhs, rhs, result;
};
AddScaling addScaling(float lhs, float rhs, float result);
/// `lhs` plus or minus `rhs`, both less their zero points, as a result without its zero point, not
/// clamped.
inline int32_t addRescaled(int32_t lhs, int32_t rhs, const AddScaling &scaling) {
  int32_t a = multiplyRoundingTwice(shiftLeft(lhs, AddScaling::kLeftShift), scaling.lhs);
  int32_t b = multiplyRoundingTwice(shiftLeft(rhs, AddScaling::kLeftShift), scaling.rhs);
  return multiplyRoundingTwice(a + b, scaling.result);
}
inline int32_t subtractRescaled(int32_t lhs, int32_t rhs, const AddScaling &scaling) {
  int32_t a = multiplyRoundingTwice(shiftLeft(lhs, AddScaling::kLeftShift), scaling.lhs);
  int32_t b = multiplyRoundingTwice(shiftLeft(rhs, AddScaling::kLeftShift), scaling.rhs);
  return multiplyRoundingTwice(a - b, scaling.result);
}

/// The multiplier of a quantized mean over `count` elements, the division folded into it; of the
/// sum of codes less `count` zero points.
FixedMultiplier meanMultiplier(float input, float output, int64_t count);

/// `sum / count` of an average pool, half away from zero.
inline int64_t divideRounding(int64_t sum, int64_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/// How TFLite's hybrid kernels quantize a float tensor to i8 on the fly.
struct HybridScale {
  float scale = 1;
  int32_t zeroPoint = 0;

  int8_t quantize(float value) const;
};
/// `low` and `high`: the smallest and largest element. Asymmetric; zero is exact.
HybridScale hybridScale(float low, float high);

} // namespace tandem
