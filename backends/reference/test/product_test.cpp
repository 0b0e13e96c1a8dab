// Convolutions and matrix products, by hand.
#include "backends/reference/test/op_runner.h"

#include <gmock/gmock.h>

namespace tandem::reference {
namespace {
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

using Floats = std::vector<float>;
using Codes = std::vector<int8_t>;
using Bytes = std::vector<uint8_t>;
using Words = std::vector<int32_t>;

TEST(Conv2d, AddsUpAWindowAndItsBias) {
  // 1 2 3        1 10        1 + 20 + 400 + 5000, ... + bias
  // 4 5 6   *  100 1000
  EXPECT_THAT(OpRunner("conv_2d")
                  .operand<float>({1, 2, 3, 1}, Floats{1, 2, 3, 4, 5, 6})
                  .operand<float>({1, 2, 2, 1}, Floats{1, 10, 100, 1000})
                  .operand<float>({1}, Floats{0.5f})
                  .result<float>({1, 1, 2, 1})
                  .values<float>(),
              ElementsAre(5421.5f, 6532.5f));
}

TEST(Conv2d, StridesDilatesAndPads) {
  // Taps at columns -1 and 1, then 1 and 3: dilation 2, stride 2, one pad on each side.
  EXPECT_THAT(OpRunner("conv_2d")
                  .operand<float>({1, 1, 4, 1}, Floats{1, 2, 3, 4})
                  .operand<float>({1, 1, 2, 1}, Floats{10, 1})
                  .result<float>({1, 1, 2, 1})
                  .integers("stride", {1, 2})
                  .integers("dilation", {1, 2})
                  .integers("pad_low", {0, 1})
                  .integers("pad_high", {0, 1})
                  .values<float>(),
              ElementsAre(2, 24));
}

TEST(Conv2d, KeepsGroupsApart) {
  EXPECT_THAT(OpRunner("conv_2d")
                  .operand<float>({1, 1, 1, 4}, Floats{1, 2, 3, 4})
                  .operand<float>({2, 1, 1, 2}, Floats{1, 10, 1, 10})
                  .result<float>({1, 1, 1, 2})
                  .integers("groups", {2})
                  .values<float>(),
              ElementsAre(21, 43));
}

TEST(Conv2d, AppliesItsActivation) {
  OpRunner runner("conv_2d");
  runner.operand<float>({1, 1, 3, 1}, Floats{-1, 2, 9})
      .operand<float>({1, 1, 1, 1}, Floats{1})
      .result<float>({1, 1, 3, 1})
      .keyword("activation", "relu6");
  EXPECT_THAT(runner.values<float>(), ElementsAre(0, 2, 6));
}

TEST(Conv2d, OnI8HasOneScalePerChannelAndRoundsTwice) {
  // (5 - 1) * 3 + 2 = 14 at 0.5 * 0.25, 14 * 0.125 = 1.75 in steps of 0.5: 3.5, so 4, less 10.
  // (5 - 1) * -3 + 0 = -12 at 0.5 * 0.5, -3 in steps of 0.5: -6, less 10.
  EXPECT_THAT(OpRunner("conv_2d")
                  .operand<int8_t>({1, 1, 1, 1}, Codes{5}, scaled(0.5f, 1))
                  .operand<int8_t>({2, 1, 1, 1}, Codes{3, -3}, {{0.25f, 0.5f}, {0, 0}, 0})
                  .operand<int32_t>({2}, Words{2, 0})
                  .result<int8_t>({1, 1, 1, 2}, scaled(0.5f, -10))
                  .values<int8_t>(),
              ElementsAre(-6, -16));
}

TEST(Conv2d, OnU8TakesTheZeroPointOfTheFilterOff) {
  // (7 - 2) * (9 - 4) = 25 at 0.5 * 0.5 = 6.25, in steps of 0.25: 25 + 3. Outside the input: real
  // zero.
  EXPECT_THAT(OpRunner("conv_2d")
                  .operand<uint8_t>({1, 1, 1, 1}, Bytes{7}, scaled(0.5f, 2))
                  .operand<uint8_t>({1, 1, 2, 1}, Bytes{100, 9}, scaled(0.5f, 4))
                  .result<uint8_t>({1, 1, 1, 1}, scaled(0.25f, 3))
                  .integers("pad_low", {0, 1})
                  .values<uint8_t>(),
              ElementsAre(28));
}

TEST(Conv2d, ClampsCodesToTheActivationAndTheType) {
  OpRunner runner("conv_2d");
  runner.operand<int8_t>({1, 1, 3, 1}, Codes{-100, 2, 120}, scaled(1, 0))
      .operand<int8_t>({1, 1, 1, 1}, Codes{2}, scaled(1, 0))
      .result<int8_t>({1, 1, 3, 1}, scaled(1, 1))
      .keyword("activation", "relu");
  EXPECT_THAT(runner.values<int8_t>(), ElementsAre(1, 5, 127));
}

TEST(Conv2d, HybridQuantizesEachBatchEntryByItself) {
  // Entry 0 spans -1.28 to 1.27: scale 0.01, zero 0. Entry 1 spans 0 to 2.55: scale 0.01, zero
  // -128.
  std::vector<float> result = OpRunner("conv_2d")
                                  .operand<float>({2, 1, 2, 1}, Floats{-1.28f, 1.27f, 0.1f, 2.55f})
                                  .operand<int8_t>({1, 1, 2, 1}, Codes{3, 1}, scaled(0.5f, 0))
                                  .operand<float>({1}, Floats{100})
                                  .result<float>({2, 1, 1, 1})
                                  .values<float>();
  EXPECT_THAT(result, Pointwise(FloatNear(1e-4f),
                                {100 + (-3 * 128 + 127) * 0.005f, 100 + (3 * 10 + 255) * 0.005f}));
}

TEST(FullyConnected, HybridLeavesNanOutOfTheRangeAndCountsItAsZero) {
  std::vector<float> result = OpRunner("fully_connected")
                                  .operand<float>({1, 3}, Floats{NAN, -1.28f, 1.27f})
                                  .operand<int8_t>({1, 3}, Codes{9, 3, 1}, scaled(0.5f, 0))
                                  .result<float>({1, 1})
                                  .values<float>();
  EXPECT_THAT(result, Pointwise(FloatNear(1e-4f), {(-3 * 128 + 127) * 0.005f}));
}

TEST(DepthwiseConv2d, HasAFilterForEachChannelAndMultiplier) {
  // Channel 0 gives results 0 and 1, channel 1 gives 2 and 3.
  EXPECT_THAT(OpRunner("depthwise_conv_2d")
                  .operand<float>({1, 1, 2, 2}, Floats{1, 2, 3, 4})
                  .operand<float>({1, 1, 2, 4}, Floats{1, 2, 3, 4, 10, 20, 30, 40})
                  .result<float>({1, 1, 1, 4})
                  .values<float>(),
              ElementsAre(31, 62, 126, 168));
}

TEST(DepthwiseConv2d, OnI8IsQuantizedAlongTheChannels) {
  EXPECT_THAT(OpRunner("depthwise_conv_2d")
                  .operand<int8_t>({1, 1, 1, 2}, Codes{4, 4}, scaled(1, 0))
                  .operand<int8_t>({1, 1, 1, 2}, Codes{3, 3}, {{1, 0.5f}, {0, 0}, 3})
                  .result<int8_t>({1, 1, 1, 2}, scaled(1, 0))
                  .values<int8_t>(),
              ElementsAre(12, 6));
}

TEST(FullyConnected, MultipliesRowsByFilters) {
  EXPECT_THAT(OpRunner("fully_connected")
                  .operand<float>({2, 2}, Floats{1, 2, 3, 4})
                  .operand<float>({3, 2}, Floats{1, 0, 0, 1, 10, 100})
                  .operand<float>({3}, Floats{0, 0, 5})
                  .result<float>({2, 3})
                  .values<float>(),
              ElementsAre(1, 2, 215, 3, 4, 435));
}

TEST(FullyConnected, OnI8RoundsOnceAndOnU8Twice) {
  // 5 * 0.25 = 1.25: rounded once 1; rounded twice 2.5, 3, then 1.5, 2.
  EXPECT_THAT(OpRunner("fully_connected")
                  .operand<int8_t>({1, 1}, Codes{5}, scaled(0.25f, 0))
                  .operand<int8_t>({1, 1}, Codes{1}, scaled(1, 0))
                  .result<int8_t>({1, 1}, scaled(1, 0))
                  .values<int8_t>(),
              ElementsAre(1));
  EXPECT_THAT(OpRunner("fully_connected")
                  .operand<uint8_t>({1, 1}, Bytes{5}, scaled(0.25f, 0))
                  .operand<uint8_t>({1, 1}, Bytes{1}, scaled(1, 0))
                  .result<uint8_t>({1, 1}, scaled(1, 0))
                  .values<uint8_t>(),
              ElementsAre(2));
}

TEST(TransposeConv2d, SpreadsEachElementOverAWindow) {
  // 1 at columns 0..2, 2 at columns 2..4, one column cut off in front.
  EXPECT_THAT(OpRunner("transpose_conv_2d")
                  .operand<float>({1, 1, 2, 1}, Floats{1, 2})
                  .operand<float>({1, 1, 3, 1}, Floats{1, 10, 100})
                  .operand<float>({1}, Floats{1000})
                  .result<float>({1, 1, 4, 1})
                  .integers("stride", {1, 2})
                  .integers("pad_low", {0, 1})
                  .values<float>(),
              ElementsAre(1010, 1102, 1020, 1200));
}

TEST(TransposeConv2d, OnI8RescalesTheSum) {
  EXPECT_THAT(OpRunner("transpose_conv_2d")
                  .operand<int8_t>({1, 1, 2, 1}, Codes{3, 5}, scaled(0.5f, 1))
                  .operand<int8_t>({1, 1, 2, 1}, Codes{2, 4}, scaled(1, 0))
                  .result<int8_t>({1, 1, 3, 1}, scaled(0.5f, -1))
                  .values<int8_t>(),
              ElementsAre(3, 15, 15));
}

TEST(BatchMatmul, TransposesWhatIsStoredSo) {
  Floats lhs = {1, 2, 3, 4, 5, 6}; // [2, 3], or [3, 2] transposed
  Floats rhs = {1, 0, 0, 1, 2, 2}; // [3, 2]
  EXPECT_THAT(OpRunner("batch_matmul")
                  .operand<float>({1, 2, 3}, lhs)
                  .operand<float>({1, 3, 2}, rhs)
                  .result<float>({1, 2, 2})
                  .values<float>(),
              ElementsAre(7, 8, 16, 17));
  EXPECT_THAT(OpRunner("batch_matmul")
                  .operand<float>({1, 3, 2}, lhs)
                  .operand<float>({1, 3, 2}, rhs)
                  .result<float>({1, 2, 2})
                  .integers("transpose_lhs", {1})
                  .values<float>(),
              ElementsAre(11, 13, 14, 16));
  EXPECT_THAT(OpRunner("batch_matmul")
                  .operand<float>({1, 2, 3}, lhs)
                  .operand<float>({1, 2, 3}, rhs)
                  .result<float>({1, 2, 2})
                  .integers("transpose_rhs", {1})
                  .values<float>(),
              ElementsAre(1, 11, 4, 26));
}

} // namespace
} // namespace tandem::reference
