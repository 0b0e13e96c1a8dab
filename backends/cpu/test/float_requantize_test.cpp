#include "backends/cpu/compile/float_requantize.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace tandem::cpu {
namespace {

/// What the kernel computes. Sums and scales of 24 bits make every step here exact in double, and
/// rounding a number down first does not change its floor.
int32_t codeInFloats(const FloatRequantization &by, const Requantization &wanted, int32_t sum) {
  double scale = by.scale[0], offset = by.offset[0];
  if (by.way == FloatWay::kFloor) {
    double real = static_cast<float>(sum - by.centre[0]);
    return wanted.range.clamp(static_cast<int32_t>(std::floor(real * scale + offset)));
  }
  double real = static_cast<float>(sum);
  double code = std::trunc(real * scale + std::copysign(offset, real));
  return wanted.range.clamp(static_cast<int32_t>(code) + wanted.zeroPoint);
}

struct RandomCase {
  FixedMultiplier by;
  Requantization wanted;

  RandomCase(std::mt19937 &random, bool roundsOnce, bool clampsAtZero) {
    by.multiplier = static_cast<int32_t>((1u << 30) + random() % (1u << 30));
    by.shift = -static_cast<int32_t>(random() % 12);
    wanted = {{&by, 1}, roundsOnce, static_cast<int32_t>(random() % 256) - 128, {-128, 127}, 0};
    wanted.reach = int64_t(1) << (12 + random() % 14);
    if (clampsAtZero)
      wanted.range.low = wanted.zeroPoint;
  }
};

class FloatRequantizationIsExact : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(FloatRequantizationIsExact, OnEverySumTried) {
  auto [roundsOnce, clampsAtZero] = GetParam();
  std::mt19937 random(1);
  constexpr int kCases = 300, kSums = 2000;
  int found = 0;
  for (int number = 0; number < kCases; ++number) {
    RandomCase one(random, roundsOnce, clampsAtZero);
    std::optional<FloatRequantization> by = floatRequantization(one.wanted);
    found += by.has_value();
    for (int i = 0; i < kSums && by; ++i) {
      int64_t range = 2 * one.wanted.reach + 1;
      auto sum = static_cast<int32_t>(static_cast<int64_t>(random()) % range - one.wanted.reach);
      if (i % 2 != 0) // small ones have most of the steps
        sum /= 1 << random() % 20;
      ASSERT_EQ(codeInFloats(*by, one.wanted, sum), one.wanted.code(0, sum))
          << "sum " << sum << ", multiplier " << one.by.multiplier << " shift " << one.by.shift;
    }
  }
  EXPECT_GT(found, kCases * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Roundings, FloatRequantizationIsExact,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

TEST(FloatRequantization, LeavesMultipliersThatShiftLeft) {
  FixedMultiplier by{1 << 30, 1};
  EXPECT_FALSE(floatRequantization({{&by, 1}, false, 0, {-128, 127}, 1000}));
}

TEST(FloatRequantization, LeavesSumsBeyondThirtyBits) {
  FixedMultiplier by{1 << 30, -3};
  EXPECT_FALSE(floatRequantization({{&by, 1}, false, 0, {-128, 127}, int64_t(1) << 30}));
}

TEST(FloatRequantization, TakesOneWayForAllChannels) {
  FixedMultiplier by[] = {{1100000000, -3}, {1500000000, -7}, {2000000000, -1}};
  auto found = floatRequantization({by, false, 3, {-128, 127}, 1 << 20});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scale.size(), 3u);
}

TEST(FloatRequantization, LeavesAFewChannelsToIntegers) {
  std::mt19937 random(1);
  std::vector<FixedMultiplier> floors, others; // channels with that way, and without
  auto wantedOf = [](std::span<const FixedMultiplier> by) {
    return Requantization{by, false, -128, {-128, 127}, int64_t(1) << 20};
  };
  while (floors.size() < 127 || others.empty()) {
    FixedMultiplier by{static_cast<int32_t>((1u << 30) + random() % (1u << 30)), -11};
    auto found = floatRequantization(wantedOf({&by, 1}));
    (found && found->way == FloatWay::kFloor ? floors : others).push_back(by);
  }
  floors.resize(127);
  floors.insert(floors.begin() + 40, others[0]);
  auto found = floatRequantization(wantedOf(floors));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->way, FloatWay::kFloor);
  EXPECT_EQ(found->without, std::vector<size_t>{40});
  EXPECT_EQ(found->scale.size(), floors.size());
}

} // namespace
} // namespace tandem::cpu
