#include "base/quantized_math.h"

#include <bit>
#include <cmath>

namespace tandem {

FixedMultiplier quantizeMultiplier(double real) {
  constexpr int64_t kOne = int64_t(1) << 31;
  if (real == 0 || std::isnan(real))
    return {};
  if (real < 0) {
    FixedMultiplier positive = quantizeMultiplier(-real);
    return {-positive.multiplier, positive.shift};
  }
  int shift = 0;
  double fraction = std::frexp(real, &shift);
  if (std::isinf(real) || shift > 31)
    return {static_cast<int32_t>(kOne - 1), 30};
  int64_t multiplier = std::llround(fraction * double(kOne));
  if (multiplier == kOne) { // rounded up to the next power of two
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31)
    return {};
  if (shift > 30)
    return {static_cast<int32_t>(kOne - 1), 30};
  return {static_cast<int32_t>(multiplier), shift};
}

CodeRange allCodes(ElementType type) {
  switch (type) {
  case ElementType::kI8:
    return {INT8_MIN, INT8_MAX};
  case ElementType::kU8:
    return {0, UINT8_MAX};
  case ElementType::kI16:
    return {INT16_MIN, INT16_MAX};
  default:
    return {INT32_MIN, INT32_MAX};
  }
}

int32_t quantizeReal(float real, ElementType type, float scale, int32_t zeroPoint) {
  if (std::isnan(real))
    return zeroPoint;
  CodeRange all = allCodes(type);
  // In double, so that an end far outside the codes does not overflow before it is clamped.
  double code = double(std::round(real / scale)) + zeroPoint;
  return static_cast<int32_t>(std::min(std::max(code, double(all.low)), double(all.high)));
}

CodeRange codesWithin(RealRange range, ElementType type, float scale, int32_t zeroPoint) {
  CodeRange codes = allCodes(type);
  if (std::isfinite(range.low))
    codes.low = quantizeReal(range.low, type, scale, zeroPoint);
  if (std::isfinite(range.high))
    codes.high = quantizeReal(range.high, type, scale, zeroPoint);
  return codes;
}

ByteTable byteTable(ElementType type, const Quantization &input, const Quantization &output,
                    float (*function)(float)) {
  CodeRange all = allCodes(type);
  float inverse = 1 / output.scales[0];
  int32_t inputZero = input.zeroPoints[0];
  auto outputZero = static_cast<float>(output.zeroPoints[0]);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    float real = input.scales[0] * static_cast<float>(code - inputZero);
    float rescaled = std::round(function(real) * inverse) + outputZero;
    if (std::isnan(rescaled))
      rescaled = outputZero;
    float clamped = std::min(std::max(rescaled, float(all.low)), float(all.high));
    table[static_cast<uint8_t>(code)] = static_cast<uint8_t>(static_cast<int32_t>(clamped));
  }
  return table;
}

float sigmoidReal(float x) {
  return 1.0f / (1.0f + std::exp(-x));
}
float tanhReal(float x) {
  return std::tanh(x);
}

AddScaling addScaling(float lhs, float rhs, float result) {
  double twice = 2 * double(std::max(lhs, rhs));
  double unit = double(1 << AddScaling::kLeftShift);
  return {quantizeMultiplier(lhs / twice), quantizeMultiplier(rhs / twice),
          quantizeMultiplier(twice / (unit * result))};
}

FixedMultiplier meanMultiplier(float input, float output, int64_t count) {
  FixedMultiplier by = quantizeMultiplier(double(input) / double(output));
  if (count < 1)
    return {};
  // As many bits of the quotient as fit: none of the product with the sum may be lost.
  int bits = std::bit_width(static_cast<uint64_t>(count)) - 1;
  bits = std::max(0, std::min({bits, 32, 31 + by.shift}));
  return {static_cast<int32_t>((int64_t(by.multiplier) << bits) / count), by.shift - bits};
}

HybridScale hybridScale(float low, float high) {
  low = std::min(low, 0.0f);
  high = std::max(high, 0.0f);
  if (low == high || !std::isfinite(low) || !std::isfinite(high))
    return {};
  double scale = double(high - low) / 255;
  double fromLow = -128 - low / scale, fromHigh = 127 - high / scale;
  double errorLow = 128 + std::abs(low / scale), errorHigh = 127 + std::abs(high / scale);
  double zero = errorLow < errorHigh ? fromLow : fromHigh;
  return {static_cast<float>(scale),
          static_cast<int32_t>(std::clamp(std::round(zero), -128.0, 127.0))};
}

int8_t HybridScale::quantize(float value) const {
  float code = std::round(static_cast<float>(zeroPoint) + value * (1.0f / scale));
  if (std::isnan(code))
    return static_cast<int8_t>(zeroPoint);
  return static_cast<int8_t>(std::min(std::max(code, -128.0f), 127.0f));
}

} // namespace tandem
