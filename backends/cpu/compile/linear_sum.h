#pragma once

#include "base/quantized_math.h"

#include <optional>

namespace tandem::cpu {

/// A quantized addition as one linear function of the two codes, which are 8 bits each:
/// `(lhs * a + rhs * b + constant) >> shift`, clamped, in 64 bits. Where TFLite rounds three times
/// this does once; that it gives the same for all 65,536 pairs is found out when compiling.
struct LinearSum {
  int64_t lhs, rhs, constant; ///< the factors fit in 32 bits
  int32_t shift;
};

struct SumOperand {
  ElementType type;
  int32_t zeroPoint;
};
/// Of addRescaled, or subtractRescaled: none where no constant is right for all pairs.
std::optional<LinearSum> linearSum(const AddScaling &scaling, bool subtracts, SumOperand lhs,
                                   SumOperand rhs, int32_t zeroPoint, CodeRange range);

} // namespace tandem::cpu
