#include "backends/cpu/compile/linear_sum.h"

#include <cmath>

namespace tandem::cpu {

/// What the multiplications come to without their roundings.
static double realFactor(FixedMultiplier operand, FixedMultiplier result) {
  auto real = [](FixedMultiplier by) { return std::ldexp(by.multiplier, by.shift - 31); };
  return std::ldexp(real(operand) * real(result), AddScaling::kLeftShift);
}

std::optional<LinearSum> linearSum(const AddScaling &scaling, bool subtracts, SumOperand lhs,
                                   SumOperand rhs, int32_t zeroPoint, CodeRange range) {
  double a = realFactor(scaling.lhs, scaling.result), b = realFactor(scaling.rhs, scaling.result);
  if (!(a > 0 && b > 0 && a < 256 && b < 256))
    return std::nullopt;
  LinearSum sum = {0, 0, 0, 30};
  while (std::ldexp(std::max(a, b), sum.shift) >= 0x1p31)
    --sum.shift;
  sum.lhs = std::llround(std::ldexp(a, sum.shift));
  sum.rhs = std::llround(std::ldexp(subtracts ? -b : b, sum.shift));

  // Every pair bounds the constant on both sides, or on one where the result is clamped.
  int64_t low = INT64_MIN, high = INT64_MAX;
  CodeRange lhsCodes = allCodes(lhs.type), rhsCodes = allCodes(rhs.type);
  for (int32_t x = lhsCodes.low; x <= lhsCodes.high; ++x)
    for (int32_t y = rhsCodes.low; y <= rhsCodes.high; ++y) {
      auto *rescaled = subtracts ? subtractRescaled : addRescaled;
      int32_t code =
          range.clamp(rescaled(x - lhs.zeroPoint, y - rhs.zeroPoint, scaling) + zeroPoint);
      int64_t linear = x * sum.lhs + y * sum.rhs, one = int64_t(1) << sum.shift;
      if (code > range.low)
        low = std::max(low, code * one - linear);
      if (code < range.high)
        high = std::min(high, (code + 1) * one - linear);
    }
  if (low >= high || low == INT64_MIN || high == INT64_MAX)
    return std::nullopt;
  sum.constant = low + (high - low) / 2;
  return sum;
}

} // namespace tandem::cpu
