#include "base/fixed_functions.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

namespace tandem {
namespace {

/// FNV-1a over the results for all inputs from the lowest on, as gemmlowp's templates give them.
template <typename Function> uint32_t hashOfAll(Function function) {
  uint32_t hash = 2166136261u;
  for (int32_t x = INT16_MIN; x <= INT16_MAX; ++x)
    hash = (hash ^ static_cast<uint16_t>(function(static_cast<int16_t>(x)))) * 16777619u;
  return hash;
}

TEST(FixedSigmoid, IsThatOfGemmlowpForEveryCode) {
  EXPECT_EQ(hashOfAll(fixedSigmoid), 3024945857u);
}

TEST(FixedTanh, IsThatOfGemmlowpForEveryCodeAndPlaceOfThePoint) {
  constexpr uint32_t kHashes[] = {1753416673, 443013737, 2825454389, 872275836,
                                  3616746634, 675342950, 556402348};
  for (int bits = 0; bits <= 6; ++bits)
    EXPECT_EQ(hashOfAll([&](int16_t x) { return fixedTanh(x, bits); }), kHashes[bits]) << bits;
}

TEST(FixedFunctions, AreWithinAThousandthOfTheReals) {
  constexpr double kOne = 1 << 15;
  for (int32_t x = INT16_MIN; x <= INT16_MAX; x += 7) {
    auto code = static_cast<int16_t>(x);
    double real = x / double(1 << 12);
    EXPECT_NEAR(fixedSigmoid(code) / kOne, 1 / (1 + std::exp(-real)), 1e-3) << x;
    EXPECT_NEAR(fixedTanh(code, 3) / kOne, std::tanh(real), 1e-3) << x;
  }
  EXPECT_EQ(fixedSigmoid(0), 1 << 14);
  EXPECT_EQ(fixedTanh(0, 3), 0);
}

} // namespace
} // namespace tandem
