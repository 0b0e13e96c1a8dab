#include "backends/cpu/compile/linear_sum.h"

#include <gtest/gtest.h>
#include <random>

namespace tandem::cpu {
namespace {

constexpr CodeRange kBytes{-128, 127};

TEST(LinearSum, IsTheSumOfTfLiteForAlmostAllScales) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> scale(0.01f, 0.15f);
  auto code = [&] { return static_cast<int32_t>(random() % 256) - 128; };
  int found = 0;
  constexpr int kCases = 20;
  for (int number = 0; number < kCases; ++number) {
    AddScaling scaling = addScaling(scale(random), scale(random), scale(random));
    SumOperand lhs{ElementType::kI8, code()}, rhs{ElementType::kI8, code()};
    int32_t zeroPoint = code();
    bool subtracts = number % 2 != 0;
    auto sum = linearSum(scaling, subtracts, lhs, rhs, zeroPoint, kBytes);
    if (!sum)
      continue;
    ++found;
    for (int32_t a = -128; a <= 127; ++a)
      for (int32_t b = -128; b <= 127; ++b) {
        int64_t linear = (a * sum->lhs + b * sum->rhs + sum->constant) >> sum->shift;
        auto *rescaled = subtracts ? subtractRescaled : addRescaled;
        ASSERT_EQ(kBytes.clamp(static_cast<int32_t>(linear)),
                  kBytes.clamp(rescaled(a - lhs.zeroPoint, b - rhs.zeroPoint, scaling) + zeroPoint))
            << a << " and " << b << " of case " << number;
      }
  }
  EXPECT_GE(found, kCases - 2);
}

TEST(LinearSum, LeavesFactorsThatThirtyTwoBitsDoNotHold) {
  EXPECT_FALSE(linearSum(addScaling(1, 1, 1e-4f), false, {ElementType::kI8, 0},
                         {ElementType::kI8, 0}, 0, kBytes));
}

} // namespace
} // namespace tandem::cpu
