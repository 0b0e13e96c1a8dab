#include "base/quantized_math.h"
#include "base/quantized_softmax.h"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

namespace tandem {
namespace {

TEST(QuantizeMultiplier, HasAMantissaOf31BitsAndAnExponent) {
  EXPECT_EQ(quantizeMultiplier(0.5), (FixedMultiplier{1 << 30, 0}));
  EXPECT_EQ(quantizeMultiplier(1.0), (FixedMultiplier{1 << 30, 1}));
  EXPECT_EQ(quantizeMultiplier(0.75), (FixedMultiplier{3 << 29, 0}));
  EXPECT_EQ(quantizeMultiplier(-0.75), (FixedMultiplier{-(3 << 29), 0}));
  EXPECT_EQ(quantizeMultiplier(0.1), (FixedMultiplier{1717986918, -3}));
  EXPECT_EQ(quantizeMultiplier(1 - 0x1p-40), (FixedMultiplier{1 << 30, 1})) << "rounds up to 1";
}

TEST(QuantizeMultiplier, StaysWithinTheShiftsThatExist) {
  EXPECT_EQ(quantizeMultiplier(0), FixedMultiplier());
  EXPECT_EQ(quantizeMultiplier(-INFINITY), (FixedMultiplier{-INT32_MAX, 30}));
  EXPECT_EQ(quantizeMultiplier(std::nan("")), FixedMultiplier());
  EXPECT_EQ(quantizeMultiplier(0x1p-32).shift, -31);
  EXPECT_EQ(quantizeMultiplier(0x1p-33), FixedMultiplier());
  EXPECT_EQ(quantizeMultiplier(1e300), (FixedMultiplier{INT32_MAX, 30}));
  EXPECT_EQ(quantizeMultiplier(INFINITY), (FixedMultiplier{INT32_MAX, 30}));
}

TEST(RoundingDoublingHighMul, RoundsHalfUpAndSaturates) {
  EXPECT_EQ(roundingDoublingHighMul(1 << 30, 3), 2) << "1.5";
  EXPECT_EQ(roundingDoublingHighMul(1 << 30, -3), -1) << "-1.5 goes up";
  EXPECT_EQ(roundingDoublingHighMul(-3, 1 << 30), -1);
  EXPECT_EQ(roundingDoublingHighMul(INT32_MIN, INT32_MIN), INT32_MAX);
  EXPECT_EQ(roundingDoublingHighMul16(1 << 14, 3), 2);
  EXPECT_EQ(roundingDoublingHighMul16(INT16_MIN, INT16_MIN), INT16_MAX);
}

TEST(RoundingDivideByPowerOfTwo, RoundsHalfAwayFromZero) {
  EXPECT_EQ(roundingDivideByPowerOfTwo(5, 1), 3);
  EXPECT_EQ(roundingDivideByPowerOfTwo(-5, 1), -3);
  EXPECT_EQ(roundingDivideByPowerOfTwo(-6, 2), -2) << "-1.5";
  EXPECT_EQ(roundingDivideByPowerOfTwo(7, 0), 7);
  EXPECT_EQ(roundingDivideByPowerOfTwo(INT32_MIN, 31), -1);
  EXPECT_EQ(roundingDivideByPowerOfTwo(INT32_MAX, 31), 1);
}

TEST(MultiplyByFixedPoint, RoundedTwiceDiffersFromRoundedOnce) {
  // 0.25 * 5 = 1.25; the product is 2.5 in halves, so it goes to 3 and then 1.5 to 2.
  FixedMultiplier quarter = {1 << 30, -1};
  EXPECT_EQ(multiplyRoundingTwice(5, quarter), 2);
  EXPECT_EQ(multiplyRoundingOnce(5, quarter), 1);
  EXPECT_EQ(multiplyRoundingOnce(6, quarter), 2) << "1.5, half up";
  EXPECT_EQ(multiplyRoundingOnce(-6, quarter), -1) << "-1.5, half up";
  EXPECT_EQ(multiplyRoundingTwice(-6, quarter), -2) << "-1.5, half away from zero";
  EXPECT_EQ(multiplyRoundingTwice(7, quantizeMultiplier(8)), 56);
  EXPECT_EQ(multiplyRoundingOnce(7, quantizeMultiplier(8)), 56);
}

TEST(MultiplyByFixedPoint, IsWithinOneOfTheRealProduct) {
  for (double real : {1e-6, 0.003, 0.0999, 0.5, 0.99, 1.7, 30.0})
    for (int32_t x : {-70000, -1234, -1, 0, 1, 99, 31415, 2000000})
      for (int32_t product : {multiplyRoundingTwice(x, quantizeMultiplier(real)),
                              multiplyRoundingOnce(x, quantizeMultiplier(real))})
        EXPECT_NEAR(product, x * real, 1.0) << x << " * " << real;
}

TEST(CodesWithin, AreThoseOfTheActivationCutToTheType) {
  EXPECT_EQ(codesWithin({}, ElementType::kI8, 0.1f, 3), (CodeRange{-128, 127}));
  EXPECT_EQ(codesWithin({.low = 0}, ElementType::kI8, 0.1f, -128), (CodeRange{-128, 127}));
  EXPECT_EQ(codesWithin({0, 6}, ElementType::kU8, 0.05f, 10), (CodeRange{10, 130}));
  EXPECT_EQ(codesWithin({0, 6}, ElementType::kU8, 0.001f, 10), (CodeRange{10, 255}));
  EXPECT_EQ(codesWithin({-1, 1}, ElementType::kI8, 0.5f, 1), (CodeRange{-1, 3}));
  EXPECT_EQ(codesWithin({-1, 1}, ElementType::kI8, 1e-30f, 1), (CodeRange{-128, 127}));
}

TEST(QuantizeReal, RoundsHalfAwayFromZeroAndSaturates) {
  EXPECT_EQ(quantizeReal(0.25f, ElementType::kI8, 0.5f, 2), 3);
  EXPECT_EQ(quantizeReal(-0.25f, ElementType::kI8, 0.5f, 2), 1);
  EXPECT_EQ(quantizeReal(1e30f, ElementType::kI8, 0.5f, 2), 127);
  EXPECT_EQ(quantizeReal(-INFINITY, ElementType::kU8, 0.5f, 2), 0);
  EXPECT_EQ(quantizeReal(NAN, ElementType::kU8, 0.5f, 2), 2);
}

TEST(ByteTable, HoldsTheFunctionOfEveryCode) {
  Quantization in{{0.125f}, {0}, 0}, out{{1.0f / 256}, {-128}, 0};
  ByteTable table = byteTable(ElementType::kI8, in, out, sigmoidReal);
  EXPECT_EQ(static_cast<int8_t>(table[0]), 0) << "sigmoid(0) = 0.5";
  EXPECT_EQ(static_cast<int8_t>(table[8]), 59) << "sigmoid(1) * 256 = 187.15";
  EXPECT_EQ(static_cast<int8_t>(table[static_cast<uint8_t>(-128)]), -128);
  EXPECT_EQ(static_cast<int8_t>(table[127]), 127) << "256 is no code";
}

TEST(AddRescaled, AddsRealValues) {
  // 0.5 * 10 + 0.25 * 6 = 6.5, in steps of 0.1
  EXPECT_EQ(addRescaled(10, 6, addScaling(0.5f, 0.25f, 0.1f)), 65);
  EXPECT_EQ(addRescaled(-10, 6, addScaling(0.5f, 0.25f, 0.1f)), -35);
}

TEST(MeanMultiplier, DividesByTheCount) {
  EXPECT_EQ(multiplyRoundingTwice(49 * 20, meanMultiplier(0.5f, 0.5f, 49)), 20);
  EXPECT_EQ(multiplyRoundingTwice(-30, meanMultiplier(0.5f, 0.25f, 6)), -10);
  EXPECT_EQ(multiplyRoundingTwice(100, meanMultiplier(0.5f, 0.25f, 0)), 0);
}

TEST(DivideRounding, IsHalfAwayFromZero) {
  EXPECT_EQ(divideRounding(5, 2), 3);
  EXPECT_EQ(divideRounding(-5, 2), -3);
  EXPECT_EQ(divideRounding(4, 3), 1);
}

TEST(HybridScale, KeepsZeroExactAndCoversTheRange) {
  HybridScale scale = hybridScale(-1, 3);
  EXPECT_FLOAT_EQ(scale.scale, 4.0f / 255);
  EXPECT_EQ(scale.quantize(0), scale.zeroPoint);
  EXPECT_EQ(scale.zeroPoint, -64) << "-128 + 63.75, the end that is nearer a code decides";
  EXPECT_EQ(scale.quantize(3), 127);
  EXPECT_EQ(scale.quantize(-1), -128);
  EXPECT_EQ(hybridScale(0, 0).scale, 1);
  EXPECT_EQ(hybridScale(2, 4).zeroPoint, -128) << "the range always has zero in it";
}

TEST(QuantizedSoftmax, IsWithinOneStepOfTheRealOne) {
  for (ElementType type : {ElementType::kI8, ElementType::kU8})
    for (float scale : {0.02f, 0.1f, 0.7f}) {
      std::vector<uint8_t> input, output(40);
      std::vector<double> real;
      int32_t low = type == ElementType::kI8 ? -128 : 0;
      double sum = 0;
      for (int i = 0; i < 40; ++i) {
        int code = low + (i * 89 + 17) % 256;
        input.push_back(static_cast<uint8_t>(code));
        real.push_back(std::exp((code - low - 255) * double(scale)));
        sum += real.back();
      }
      QuantizedSoftmax(type, scale, 1.0f).row(input.data(), output.data(), 40, 1);
      for (int i = 0; i < 40; ++i) {
        int code = type == ElementType::kI8 ? static_cast<int8_t>(output[i]) : output[i];
        EXPECT_NEAR(code - low, std::min(255.0, real[i] / sum * 256), 1.0) << i;
      }
    }
}

TEST(QuantizedSoftmax, OfOneElementIsOneAndOfManyEqualOnesIsTheirShare) {
  std::vector<uint8_t> codes(64, 77);
  QuantizedSoftmax softmax(ElementType::kU8, 0.1f, 1.0f);
  softmax.row(codes.data(), codes.data(), 1, 1);
  EXPECT_EQ(codes[0], 255);
  codes[0] = 77;
  softmax.row(codes.data(), codes.data(), 32, 2);
  EXPECT_EQ(codes[0], 8);
  EXPECT_EQ(codes[62], 8);
  EXPECT_EQ(codes[1], 77) << "stride 2 leaves the others alone";
}

} // namespace
} // namespace tandem
