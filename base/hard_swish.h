#pragma once

#include "base/quantized_math.h"

namespace tandem {

/// hard_swish on codes, in TFLite's 16-bit fixed point. Needs hardSwishFits (unary_functions.h).
class HardSwishScaling {
public:
  HardSwishScaling(float input, float result);

  /// A code less its zero point to the result's code without its zero point, not clamped.
  int32_t operator()(int32_t code) const;

private:
  int16_t gate(int16_t fine) const;

  int16_t outMultiplier_, gateMultiplier_;
  int outShift_, gateShift_; ///< outShift_ is never to the left
};

} // namespace tandem
