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
  SumRange sums;
  Requantization wanted;

  RandomCase(std::mt19937 &random, bool roundsOnce, bool clampsAtZero) {
    by.multiplier = static_cast<int32_t>((1u << 30) + random() % (1u << 30));
    by.shift = -static_cast<int32_t>(random() % 12);
    auto sum = [&] { return static_cast<int64_t>(random() % (1 << (12 + random() % 14))); };
    sums = {-sum(), sum()};
    if (random() % 8 == 0) // of one sign only
      sums = {sums.high, sums.high + sum()};
    auto zeroPoint = static_cast<int32_t>(random() % 256) - 128;
    wanted = {{&by, 1}, {&sums, 1}, roundsOnce, zeroPoint, {-128, 127}};
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
      auto [low, high] = one.sums;
      int64_t sum = low + static_cast<int64_t>(random()) % (high - low + 1);
      if (i % 2 != 0) // small ones have most of the steps
        sum = std::clamp(sum / (1 << random() % 20), low, high);
      else if (i < 4)
        sum = i == 0 ? low : high;
      ASSERT_EQ(codeInFloats(*by, one.wanted, static_cast<int32_t>(sum)),
                one.wanted.code(0, static_cast<int32_t>(sum)))
          << "sum " << sum << ", multiplier " << one.by.multiplier << " shift " << one.by.shift;
    }
  }
  EXPECT_GT(found, kCases * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Roundings, FloatRequantizationIsExact,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

std::optional<FloatRequantization> found(std::vector<FixedMultiplier> by, int32_t zeroPoint,
                                         SumRange all) {
  std::vector<SumRange> sums(by.size(), all);
  return floatRequantization({by, sums, false, zeroPoint, {-128, 127}});
}

TEST(FloatRequantization, LeavesMultipliersThatShiftLeft) {
  EXPECT_FALSE(found({{1 << 30, 1}}, 0, {-1000, 1000}));
}

TEST(FloatRequantization, LeavesSumsThatAreFurtherApartThanIntegersReach) {
  EXPECT_FALSE(found({{1 << 30, -3}}, 0, {-(int64_t(1) << 31), int64_t(1) << 30}));
  EXPECT_FALSE(found({{1 << 30, -3}}, 0, {0, int64_t(1) << 31}));
}

TEST(FloatRequantization, TakesOneWayForAllChannels) {
  auto by = found({{1100000000, -3}, {1500000000, -7}, {2000000000, -1}}, 3, {-(1 << 20), 1 << 20});
  ASSERT_TRUE(by);
  EXPECT_EQ(by->scale.size(), 3u);
}

TEST(FloatRequantization, TakesChannelsWithoutWeightsWhoseBiasIsHuge) {
  FixedMultiplier by[] = {{1500000000, -7}, {0, 0}, {1200000000, -31}};
  SumRange sums[] = {{-(1 << 20), 1 << 20}, {1 << 30, 1 << 30}, {-(1 << 30), -(1 << 30)}};
  Requantization wanted = {by, sums, false, -128, {-128, 127}};
  auto constants = floatRequantization(wanted);
  ASSERT_TRUE(constants);
  EXPECT_EQ(constants->way, FloatWay::kFloor);
  EXPECT_TRUE(constants->without.empty());
  for (size_t channel : {1, 2}) {
    EXPECT_EQ(constants->scale[channel], 0);
    EXPECT_EQ(constants->offset[channel],
              static_cast<float>(wanted.code(channel, static_cast<int32_t>(sums[channel].low))));
  }
}

TEST(FloatRequantization, LeavesAFewChannelsToIntegers) {
  std::mt19937 random(1);
  constexpr SumRange kSums{-(1 << 20), 1 << 20};
  std::vector<FixedMultiplier> floors, others; // channels with that way, and without
  while (floors.size() < 127 || others.empty()) {
    FixedMultiplier by{static_cast<int32_t>((1u << 30) + random() % (1u << 30)), -11};
    auto one = found({by}, -128, kSums);
    (one && one->way == FloatWay::kFloor ? floors : others).push_back(by);
  }
  floors.resize(127);
  floors.insert(floors.begin() + 40, others[0]);
  auto by = found(floors, -128, kSums);
  ASSERT_TRUE(by);
  EXPECT_EQ(by->way, FloatWay::kFloor);
  EXPECT_EQ(by->without, std::vector<size_t>{40});
  EXPECT_EQ(by->scale.size(), floors.size());
}

} // namespace
} // namespace tandem::cpu
