#pragma once

#include "base/quantized_math.h"

#include <optional>
#include <span>
#include <vector>

namespace tandem::cpu {

// TFLite's requantization as one float multiply-add, where that gives every code exactly.
//
// From a sum to its code is a monotone function with at most 255 steps, and so is the float way;
// equal at every step, they are equal everywhere. The steps are known when compiling, so that is
// where it is proved, channel by channel. What makes it come out is that the multiply-add itself
// rounds down (or to zero): then only the constants' own rounding is left to go wrong.

/// How a sum `x` becomes the code: `range.clamp` of this.
enum class FloatWay {
  kFloor,    ///< floor((x - centre) * scale + offset)
  kTruncate, ///< trunc(x * scale + copysign(offset, x)) + zeroPoint: halves go away from zero
};

struct FloatRequantization {
  FloatWay way;
  std::vector<float> scale, offset;
  std::vector<int32_t> centre; ///< kFloor
  std::vector<size_t> without; ///< kFloor: channels without constants, a few of many
};

/// All sums that a channel can have, ends included.
struct SumRange {
  int64_t low, high;
};

/// What is to be met, for each channel with its own multiplier and its own sums.
struct Requantization {
  std::span<const FixedMultiplier> by;
  std::span<const SumRange> sums;
  bool roundsOnce;   ///< multiplyRoundingOnce; else multiplyRoundingTwice
  int32_t zeroPoint; ///< of the code
  CodeRange range;   ///< at most 256 codes

  int32_t code(size_t channel, int32_t sum) const;
};

/// One way for all channels, or all but a few; none where more have no constants that are exact.
std::optional<FloatRequantization> floatRequantization(const Requantization &wanted);

} // namespace tandem::cpu
