#pragma once

#include "backends/cpu/compile/formula.h"

namespace tandem::cpu {

// Of an f32 scalar in radians, to an error below that of rounding to f32 where |x| < 2^50. Farther
// out, where neighbours of f32 are millions of turns apart, some number in [-1, 1]. NaN and
// infinities give NaN.

Formula sineF32(Formula x);
Formula cosineF32(Formula x);

} // namespace tandem::cpu
