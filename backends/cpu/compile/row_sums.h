#pragma once

#include "backends/cpu/compile/epilogue.h"

namespace tandem::cpu {

// Filters with a zero point have weights of 9 bits. For byte products they are less a number per
// output, the excess; the sums of the input's rows times that are added to the products again.

/// The longest rows whose sums fit.
constexpr int64_t kLongestSummedRow = 1 << 14;

/// Adds a step: the sum of each of `rows` rows of `length` unsigned bytes, in two parts of 16 bits,
/// as withExcess() takes them.
TypedBuffer planRowSums(TypedBuffer bytes, int64_t rows, int64_t length, Plan &plan);

/// Adds to the sums what the products of weights less `excess`, of each output, lack. Numbers from
/// -128 to 128. Blocks have whole vectors of a pixel.
Epilogue withExcess(const Epilogue &epilogue, const std::vector<int32_t> &excess,
                    TypedBuffer rowSums, Buffers &buffers);

} // namespace tandem::cpu
