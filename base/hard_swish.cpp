#include "base/hard_swish.h"

namespace tandem {
namespace {

int16_t saturate16(int64_t value) {
  return static_cast<int16_t>(std::clamp<int64_t>(value, INT16_MIN, INT16_MAX));
}

/// The upper half of a FixedMultiplier's 31 bits, rounded.
int16_t upperHalf(int32_t multiplier) {
  constexpr int32_t kHalf = 1 << 15;
  return multiplier >= INT32_MAX - kHalf ? INT16_MAX
                                         : static_cast<int16_t>((multiplier + kHalf) >> 16);
}
} // namespace

HardSwishScaling::HardSwishScaling(float input, float result) {
  float fine = (1.0f / 128.0f) * input; // codes are taken to the upper bits of 16 first
  FixedMultiplier toOut = quantizeMultiplier(fine / result);
  FixedMultiplier toGate = quantizeMultiplier(fine / (3.0f / 32768.0f)); // 3.0 becomes 2^15
  outMultiplier_ = upperHalf(toOut.multiplier);
  gateMultiplier_ = upperHalf(toGate.multiplier);
  outShift_ = toOut.shift;
  gateShift_ = toGate.shift;
}

/// relu6(x + 3) / 6 in [0, 1] as Q0.15. Shifted left in two steps, so that only the last one can
/// saturate what counts.
int16_t HardSwishScaling::gate(int16_t fine) const {
  int16_t value = fine;
  if (gateShift_ > 0)
    value = saturate16(int64_t(value) << (gateShift_ - 1));
  value = roundingDoublingHighMul16(value, gateMultiplier_);
  if (gateShift_ > 0)
    value = saturate16(int64_t(value) * 2);
  if (gateShift_ < 0)
    value = static_cast<int16_t>(roundingDivideByPowerOfTwo(value, -gateShift_));
  return static_cast<int16_t>((value + (1 << 15)) >> 1);
}

int32_t HardSwishScaling::operator()(int32_t code) const {
  auto fine = static_cast<int16_t>(code * (1 << 7));
  int16_t scaled = roundingDoublingHighMul16(fine, outMultiplier_);
  // Toward zero, which cancels the bias of the roundings before it.
  auto product = static_cast<int16_t>(int32_t(gate(fine)) * scaled / (1 << 15));
  return roundingDivideByPowerOfTwo(product, -outShift_);
}

} // namespace tandem
