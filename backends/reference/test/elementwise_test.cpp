// Element by element, by hand.
#include "backends/reference/test/op_runner.h"

#include <cmath>
#include <gmock/gmock.h>

namespace tandem::reference {
namespace {
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

using Floats = std::vector<float>;
using Codes = std::vector<int8_t>;
using Bytes = std::vector<uint8_t>;

TEST(Arithmetic, BroadcastsAsNumPyDoes) {
  EXPECT_THAT(OpRunner("add")
                  .operand<float>({2, 1}, Floats{10, 20})
                  .operand<float>({3}, Floats{1, 2, 3})
                  .result<float>({2, 3})
                  .values<float>(),
              ElementsAre(11, 12, 13, 21, 22, 23));
  EXPECT_THAT(OpRunner("sub")
                  .operand<float>({}, Floats{10})
                  .operand<float>({2}, Floats{1, 12})
                  .result<float>({2})
                  .keyword("activation", "relu")
                  .values<float>(),
              ElementsAre(9, 0));
}

TEST(Arithmetic, OnCodesIsThatOfRealValues) {
  // 0.5 * (12 - 2) + 0.25 * (8 - 0) = 7, in steps of 0.1: 70 - 5
  EXPECT_THAT(OpRunner("add")
                  .operand<int8_t>({1}, Codes{12}, scaled(0.5f, 2))
                  .operand<int8_t>({1}, Codes{8}, scaled(0.25f, 0))
                  .result<int8_t>({1}, scaled(0.1f, -5))
                  .values<int8_t>(),
              ElementsAre(65));
  EXPECT_THAT(OpRunner("sub")
                  .operand<uint8_t>({2}, Bytes{12, 2}, scaled(0.5f, 2))
                  .operand<uint8_t>({1}, Bytes{8}, scaled(0.25f, 0))
                  .result<uint8_t>({2}, scaled(0.1f, 5))
                  .values<uint8_t>(),
              ElementsAre(35, 0));
  // 5 * 2 = 10, in steps of 0.2: 50 + 1
  EXPECT_THAT(OpRunner("mul")
                  .operand<int8_t>({1}, Codes{12}, scaled(0.5f, 2))
                  .operand<int8_t>({1}, Codes{8}, scaled(0.25f, 0))
                  .result<int8_t>({1}, scaled(0.2f, 1))
                  .values<int8_t>(),
              ElementsAre(51));
}

TEST(Arithmetic, OnIntegersWraps) {
  EXPECT_THAT(OpRunner("add")
                  .operand<int32_t>({2}, std::vector<int32_t>{INT32_MAX, -5})
                  .operand<int32_t>({1}, std::vector<int32_t>{1})
                  .result<int32_t>({2})
                  .values<int32_t>(),
              ElementsAre(INT32_MIN, -4));
}

TEST(Maximum, OfCodesComparesRealValues) {
  // 10 * 0.5 = 5 and 30 * 0.1 = 3, in steps of 0.5
  EXPECT_THAT(OpRunner("maximum")
                  .operand<int8_t>({1}, Codes{10}, scaled(0.5f, 0))
                  .operand<int8_t>({1}, Codes{30}, scaled(0.1f, 0))
                  .result<int8_t>({1}, scaled(0.5f, 1))
                  .values<int8_t>(),
              ElementsAre(11));
  EXPECT_THAT(OpRunner("minimum")
                  .operand<float>({2}, Floats{1, -1})
                  .operand<float>({1}, Floats{0})
                  .result<float>({2})
                  .values<float>(),
              ElementsAre(0, -1));
}

TEST(Prelu, SlopesWhatIsNegative) {
  EXPECT_THAT(OpRunner("prelu")
                  .operand<float>({1, 2, 2}, Floats{1, -2, -3, 4})
                  .operand<float>({2}, Floats{0.5f, 0.25f})
                  .result<float>({1, 2, 2})
                  .values<float>(),
              ElementsAre(1, -0.5f, -1.5f, 4));
  // -4 * 0.5 * (8 * 0.0625) = -1, in steps of 0.5
  EXPECT_THAT(OpRunner("prelu")
                  .operand<int8_t>({2}, Codes{-4, 4}, scaled(0.5f, 0))
                  .operand<int8_t>({1}, Codes{8}, scaled(0.0625f, 0))
                  .result<int8_t>({2}, scaled(0.5f, 3))
                  .values<int8_t>(),
              ElementsAre(1, 7));
}

TEST(Relu, OnCodesRescalesAndClamps) {
  EXPECT_THAT(OpRunner("relu6")
                  .operand<int8_t>({4}, Codes{-10, 0, 10, 100}, scaled(0.1f, 0))
                  .result<int8_t>({4}, scaled(0.05f, -20))
                  .values<int8_t>(),
              ElementsAre(-20, -20, 0, 100));
  EXPECT_THAT(OpRunner("leaky_relu")
                  .operand<int8_t>({2}, Codes{-40, 40}, scaled(0.1f, 0))
                  .result<int8_t>({2}, scaled(0.1f, 1))
                  .real("alpha", 0.25f)
                  .values<int8_t>(),
              ElementsAre(-9, 41));
}

/// Results of a unary op on all codes of i8, of scale 0.05 and zero point 3, as real values.
Floats overAllCodes(const std::string &op, Quantization out) {
  Codes all;
  for (int code = -128; code < 128; ++code)
    all.push_back(static_cast<int8_t>(code));
  Floats real;
  for (int8_t code : OpRunner(op)
                         .operand<int8_t>({256}, all, scaled(0.05f, 3))
                         .result<int8_t>({256}, out)
                         .values<int8_t>())
    real.push_back(out.scales[0] * static_cast<float>(code - out.zeroPoints[0]));
  return real;
}

TEST(Unary, OnCodesIsWithinOneStepOfTheRealFunction) {
  struct {
    const char *op;
    Quantization out;
    float (*function)(float);
  } cases[] = {
      {"sigmoid", scaled(1.0f / 256, -128), [](float x) { return 1 / (1 + std::exp(-x)); }},
      {"tanh", scaled(1.0f / 128, 0), [](float x) { return std::tanh(x); }},
      {"hard_swish", scaled(0.06f, -100),
       [](float x) { return x * std::clamp(x + 3, 0.0f, 6.0f) / 6; }},
      {"gelu", scaled(0.06f, -100),
       [](float x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0f))); }},
      {"elu", scaled(0.07f, -60), [](float x) { return x >= 0 ? x : std::exp(x) - 1; }},
  };
  for (const auto &test : cases) {
    Floats real = overAllCodes(test.op, test.out);
    ASSERT_EQ(real.size(), 256u) << test.op;
    for (int i = 0; i < 256; ++i) {
      float step = test.out.scales[0];
      float expected = test.function(0.05f * static_cast<float>(i - 128 - 3));
      expected = std::min(expected, step * static_cast<float>(127 - test.out.zeroPoints[0]));
      EXPECT_NEAR(real[i], expected, 1.01f * step) << test.op << " of code " << i - 128;
    }
  }
}

TEST(Unary, InFloatIsTheFunctionItself) {
  auto at = [](const std::string &op, float x) {
    return OpRunner(op).operand<float>({1}, Floats{x}).result<float>({1}).values<float>().at(0);
  };
  EXPECT_FLOAT_EQ(at("sigmoid", 1), 0.73105858f);
  EXPECT_FLOAT_EQ(at("hard_sigmoid", 1), 4.0f / 6);
  EXPECT_FLOAT_EQ(at("gelu", -1), -0.15865525f);
  EXPECT_FLOAT_EQ(at("elu", -1), -0.63212056f);
  EXPECT_FLOAT_EQ(at("rsqrt", 4), 0.5f);
  EXPECT_FLOAT_EQ(at("log", 1), 0);
  EXPECT_FLOAT_EQ(at("floor", -0.5f), -1);
  EXPECT_FLOAT_EQ(at("relu_n1_to_1", -3), -1);
  EXPECT_FLOAT_EQ(at("neg", 3), -3);
  EXPECT_FLOAT_EQ(at("abs", -3), 3);
}

TEST(Softmax, RunsAlongItsAxis) {
  float low = 1 / (1 + std::exp(1.0f)), high = 1 - low;
  EXPECT_THAT(OpRunner("softmax")
                  .operand<float>({2, 2}, Floats{0, 5, 1, 4})
                  .result<float>({2, 2})
                  .integers("axis", {0})
                  .values<float>(),
              Pointwise(FloatNear(1e-6f), {low, high, high, low}));
  EXPECT_THAT(OpRunner("log_softmax")
                  .operand<float>({1, 2}, Floats{1000, 1001})
                  .result<float>({1, 2})
                  .integers("axis", {1})
                  .values<float>(),
              Pointwise(FloatNear(1e-4f), {std::log(low), std::log(high)}));
}

TEST(Softmax, OnCodesHasScaleOf256th) {
  EXPECT_THAT(OpRunner("softmax")
                  .operand<int8_t>({1, 4}, Codes{9, 9, 9, 9}, scaled(0.1f, 0))
                  .result<int8_t>({1, 4}, scaled(1.0f / 256, -128))
                  .integers("axis", {1})
                  .values<int8_t>(),
              Each(-64));
  EXPECT_EQ(
      OpRunner("softmax")
          .operand<int8_t>({1, 4}, Codes{9, 9, 9, 9}, scaled(0.1f, 0))
          .result<int8_t>({1, 4}, scaled(0.5f, -128))
          .integers("axis", {1})
          .refusal(),
      "x.tandem: error: region 'r': softmax 'n': there is no kernel for i8 codes to i8 codes");
}

TEST(BatchNorm, UsesTheStatisticsOfEachChannel) {
  EXPECT_THAT(OpRunner("batch_norm")
                  .operand<float>({2, 2}, Floats{1, 2, 3, 4})
                  .operand<float>({2}, Floats{2, 1})
                  .operand<float>({2}, Floats{0, 10})
                  .operand<float>({2}, Floats{1, 2})
                  .operand<float>({2}, Floats{3, 0})
                  .result<float>({2, 2})
                  .real("epsilon", 1)
                  .values<float>(),
              ElementsAre(0, 10, 2, 12));
}

TEST(Conversion, QuantizesAndComesBack) {
  EXPECT_THAT(OpRunner("quantize")
                  .operand<float>({4}, Floats{0.25f, -0.25f, 100, NAN})
                  .result<int8_t>({4}, scaled(0.5f, 1))
                  .values<int8_t>(),
              ElementsAre(2, 0, 127, 1));
  EXPECT_THAT(OpRunner("quantize")
                  .operand<int8_t>({2}, Codes{-128, 5}, scaled(0.5f, -128))
                  .result<uint8_t>({2}, scaled(0.5f, 0))
                  .values<uint8_t>(),
              ElementsAre(0, 133));
  EXPECT_THAT(OpRunner("dequantize")
                  .operand<int8_t>({2, 2}, Codes{1, 2, 3, 4}, {{0.5f, 2}, {0, 1}, 1})
                  .result<float>({2, 2})
                  .values<float>(),
              ElementsAre(0.5f, 2, 1.5f, 6));
}

TEST(Conversion, CastsTowardZeroAndStaysInside) {
  EXPECT_THAT(OpRunner("cast")
                  .operand<float>({4}, Floats{-1.9f, 1.9f, 3e9f, NAN})
                  .result<int32_t>({4})
                  .values<int32_t>(),
              ElementsAre(-1, 1, INT32_MAX, 0));
  EXPECT_THAT(OpRunner("cast")
                  .operand<uint16_t>({2}, std::vector<uint16_t>{0x3c00, 0xc000})
                  .result<float>({2})
                  .values<float>(),
              ElementsAre(1, -2))
      << "half precision";
  EXPECT_THAT(OpRunner("cast")
                  .operand<int64_t>({1}, std::vector<int64_t>{(int64_t(1) << 40) + 7})
                  .result<int32_t>({1})
                  .values<int32_t>(),
              ElementsAre(7));
  EXPECT_THAT(OpRunner("cast")
                  .operand<float>({3}, Floats{-1, 255.5f, 256})
                  .result<uint8_t>({3})
                  .values<uint8_t>(),
              ElementsAre(0, 255, 255));
}

TEST(Conversion, RoundsAnIntegerOnce) {
  // a bit above what is halfway between two floats; it is halfway when rounded to double first
  int64_t above = (int64_t(1) << 60) + (int64_t(1) << 36) + 1;
  EXPECT_THAT(OpRunner("cast")
                  .operand<int64_t>({2}, std::vector<int64_t>{above, above - 1})
                  .result<float>({2})
                  .values<float>(),
              ElementsAre(0x1p60f + 0x1p37f, 0x1p60f));
}

} // namespace
} // namespace tandem::reference
