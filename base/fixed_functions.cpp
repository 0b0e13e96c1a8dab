#include "base/fixed_functions.h"

#include "base/quantized_math.h"

namespace tandem {
namespace {
constexpr int16_t kOne = INT16_MAX; ///< of Q0.15

/// The upper half of a constant that gemmlowp has in 32 bits.
constexpr int16_t upperHalf(int32_t constant) {
  return static_cast<int16_t>((int64_t(constant) + (1 << 15)) >> 16);
}
/// Sums and negations drop what is beyond 16 bits.
int16_t low16(int32_t x) {
  return static_cast<int16_t>(x);
}
int16_t saturated(int32_t x) {
  return static_cast<int16_t>(std::clamp<int32_t>(x, INT16_MIN, INT16_MAX));
}
int16_t times(int16_t a, int16_t b) {
  return roundingDoublingHighMul16(a, b);
}

/// exp(x) for x in [-1/4, 0), both in Q0.15: Taylor's series of degree 4 around -1/8.
int16_t expNearZero(int16_t x) {
  constexpr int16_t kExpOfMinusEighth = upperHalf(1895147668), kThird = upperHalf(715827883),
                    kEighth = 1 << 12;
  int16_t t = low16(x + kEighth), t2 = times(t, t), t3 = times(t2, t), t4 = times(t2, t2);
  int16_t high = times(low16(roundingDivideByPowerOfTwo(t4, 2) + t3), kThird);
  int16_t series = low16(t + roundingDivideByPowerOfTwo(high + t2, 1));
  return saturated(kExpOfMinusEighth + times(kExpOfMinusEighth, series));
}

/// exp(x) in Q0.15 of x <= 0: what is below a quarter by the series, each bit above it by a factor.
int16_t expOfNegative(int16_t x, int integerBits) {
  // exp(-1/4), exp(-1/2), exp(-1), ... exp(-16)
  constexpr std::array<int16_t, 7> kFactors = {
      upperHalf(1672461947), upperHalf(1302514674), upperHalf(790015084), upperHalf(290630308),
      upperHalf(39332535),   upperHalf(720401),     upperHalf(242)};
  if (x == 0)
    return kOne;
  if (integerBits > 5 && x < -(1 << (20 - integerBits))) // -32
    return 0;
  int quarterBit = 15 - integerBits - 2;
  int32_t quarter = 1 << quarterBit;
  int32_t small = (x & (quarter - 1)) - quarter, rest = small - x;
  int16_t result = expNearZero(saturated(small * (1 << integerBits)));
  for (int i = 0; i < static_cast<int>(kFactors.size()) && i - 2 < integerBits; ++i)
    if (rest & (1 << (quarterBit + i)))
      result = times(result, kFactors[i]);
  return result;
}

/// 2 / (1 + x) in Q2.13 for x in Q0.15: Newton's method on half the denominator, from the line
/// 48/17 - 32/17 d.
int16_t twoOverOnePlus(int16_t x) {
  constexpr int16_t k48Over17 = upperHalf(1515870810), kMinus32Over17 = upperHalf(-1010580540);
  constexpr int16_t kOneOfTwoBits = 1 << 13;
  auto half = static_cast<int16_t>((x + kOne + 1) / 2);
  int16_t y = low16(k48Over17 + times(half, kMinus32Over17));
  for (int step = 0; step < 3; ++step) {
    int16_t error = low16(kOneOfTwoBits - times(half, y));
    y = low16(y + saturated(times(y, error) * 4));
  }
  return y;
}
} // namespace

int16_t fixedSigmoid(int16_t x) {
  if (x == 0)
    return 1 << 14;
  int16_t exponential = expOfNegative(x > 0 ? low16(-x) : x, /*integerBits=*/3);
  int16_t result = saturated(twoOverOnePlus(exponential) * 2);
  return x > 0 ? result : low16(kOne - result);
}

int16_t fixedTanh(int16_t x, int integerBits) {
  if (x == 0)
    return 0;
  // (1 - e) / (1 + e) of e = exp(-2 |x|): the doubling moves the point.
  int16_t exponential = expOfNegative(x < 0 ? x : low16(-x), integerBits + 1);
  int16_t result = saturated((twoOverOnePlus(exponential) - (1 << 13)) * 4);
  return x < 0 ? low16(-result) : result;
}

} // namespace tandem
