#pragma once

#include "base/quantized_math.h"

#include <span>

namespace tandem {

/// TFLite's softmax on 8-bit codes: gemmlowp's fixed point, differences to the largest code in
/// Q5.26, their exponentials in Q0.31, sums in Q12.19. The result has scale 1/256 and the type's
/// lowest code as zero point. Immutable once made; any thread.
class QuantizedSoftmax {
public:
  /// `type` kI8 or kU8, of input and result alike.
  QuantizedSoftmax(ElementType type, float inputScale, float beta);

  /// `count` elements that are `stride` apart, as bytes of the codes. Input and result may be the
  /// same.
  void row(const uint8_t *input, uint8_t *result, int64_t count, int64_t stride) const;

  /// Exponential in Q0.31 of (code - largest code), indexed by largest code - code; 0 where it
  /// counts as none.
  const std::array<int32_t, 256> &exponentials() const { return exponential_; }
  static constexpr int kSumIntegerBits = 12; ///< of the sum of exponentials

private:
  int32_t code(uint8_t byte) const { return signed_ ? static_cast<int8_t>(byte) : byte; }

  bool signed_;
  std::array<int32_t, 256> exponential_;
};

} // namespace tandem
