#include "base/quantized_softmax.h"

#include <bit>
#include <cmath>

namespace tandem {
namespace {
constexpr int kDifferenceIntegerBits = 5;
constexpr int kDifferenceFractionBits = 31 - kDifferenceIntegerBits;

/// exp(x) in Q0.31 for x in [-1/4, 0), in Q0.31: Taylor's series of degree 4 around -1/8.
int32_t expNearZero(int32_t x) {
  constexpr int32_t kExpOfMinusEighth = 1895147668, kThird = 715827883, kEighth = 1 << 28;
  int32_t t = x + kEighth;
  int32_t t2 = roundingDoublingHighMul(t, t), t3 = roundingDoublingHighMul(t2, t),
          t4 = roundingDoublingHighMul(t2, t2);
  int32_t high = roundingDoublingHighMul(roundingDivideByPowerOfTwo(t4, 2) + t3, kThird);
  int32_t series = t + roundingDivideByPowerOfTwo(high + t2, 1);
  return kExpOfMinusEighth + roundingDoublingHighMul(series, kExpOfMinusEighth);
}

/// exp(x) in Q0.31 for x <= 0 in Q5.26: what is below a quarter by the series, each bit above it by
/// a factor.
int32_t expOfNegative(int32_t x) {
  // exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) in Q0.31
  constexpr std::array<int32_t, 7> kFactors = {1672461947, 1302514674, 790015084, 290630308,
                                               39332535,   720401,     242};
  constexpr int kQuarterBit = kDifferenceFractionBits - 2;
  if (x == 0)
    return INT32_MAX;
  int32_t quarter = 1 << kQuarterBit;
  int32_t small = (x & (quarter - 1)) - quarter, rest = small - x;
  int32_t result = expNearZero(shiftLeft(small, kDifferenceIntegerBits));
  for (size_t i = 0; i < kFactors.size(); ++i)
    if (rest & (1 << (kQuarterBit + i)))
      result = roundingDoublingHighMul(result, kFactors[i]);
  return result;
}

int32_t saturatingShiftLeft(int32_t x, int amount) {
  return static_cast<int32_t>(std::clamp<int64_t>(int64_t(x) << amount, INT32_MIN, INT32_MAX));
}

/// 1 / (1 + x) in Q0.31 for x in [0, 1) in Q0.31: Newton's method on half the denominator, in
/// Q2.29, from the line 48/17 - 32/17 d.
int32_t reciprocalOfOnePlus(int32_t x) {
  constexpr int32_t k48Over17 = 1515870810, kMinus32Over17 = -1010580540, kOne = 1 << 29;
  auto half = static_cast<int32_t>((int64_t(x) + INT32_MAX + 1) / 2);
  int32_t y = k48Over17 + roundingDoublingHighMul(half, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {
    int32_t error = kOne - roundingDoublingHighMul(half, y);
    y += saturatingShiftLeft(roundingDoublingHighMul(y, error), 2);
  }
  return saturatingShiftLeft(y, 1);
}
} // namespace

QuantizedSoftmax::QuantizedSoftmax(ElementType type, float inputScale, float beta)
    : signed_(type == ElementType::kI8) {
  double real = double(beta) * double(inputScale) * double(1 << kDifferenceFractionBits);
  FixedMultiplier scale = quantizeMultiplier(std::min(real, 2147483647.0));
  // Larger differences do not fit Q5.26; their exponentials are nothing beside the largest one's.
  double reach = std::floor(31.0 * (1 << kDifferenceFractionBits) * std::exp2(-scale.shift));
  for (int32_t below = 0; below < 256; ++below)
    exponential_[below] = below <= reach ? expOfNegative(multiplyRoundingTwice(-below, scale)) : 0;
}

void QuantizedSoftmax::row(const uint8_t *input, uint8_t *result, int64_t count,
                           int64_t stride) const {
  int32_t largest = INT32_MIN;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, code(input[i * stride]));
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += roundingDivideByPowerOfTwo(exponential_[largest - code(input[i * stride])],
                                      kSumIntegerBits);
  auto total = static_cast<uint32_t>(std::clamp<int64_t>(sum, 1, INT32_MAX));
  int headroom = std::countl_zero(total);
  int32_t scale = reciprocalOfOnePlus(static_cast<int32_t>((total << headroom) - (1u << 31)));
  int exponent = kSumIntegerBits - headroom + 31 - 8;
  CodeRange codes = allCodes(signed_ ? ElementType::kI8 : ElementType::kU8);
  for (int64_t i = 0; i < count; ++i) {
    int32_t exponential = exponential_[largest - code(input[i * stride])];
    int32_t share =
        roundingDivideByPowerOfTwo(roundingDoublingHighMul(exponential, scale), exponent);
    result[i * stride] = static_cast<uint8_t>(codes.clamp(share + codes.low));
  }
}

} // namespace tandem
