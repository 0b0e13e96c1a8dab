#pragma once

#include <cstdint>

namespace tandem {

// TFLite's functions on codes of 16 bits inside recurrent layers: gemmlowp's fixed point, not the
// tables of 513 points that its operators have. Pure functions; any thread.

/// 1 / (1 + exp(-x)) in Q0.15 of x in Q3.12.
int16_t fixedSigmoid(int16_t x);
/// tanh(x) in Q0.15 of x with so many bits before the point, 0 to 6, and 15 less these behind it.
int16_t fixedTanh(int16_t x, int integerBits);

} // namespace tandem
