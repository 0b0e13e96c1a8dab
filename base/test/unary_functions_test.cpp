#include "base/unary_functions.h"

#include <cmath>
#include <gtest/gtest.h>

namespace tandem {
namespace {

struct Measured {
  const char *op;
  ElementType type;
  float inScale;
  int32_t inZero;
  float outScale;
  int32_t outZero;
  const char *results; ///< two hex digits a byte
};
constexpr Measured kMeasured[] = {
#include "base/test/unary_tables.inc"
};
constexpr float kAlpha = 0.13f; // of make_unary_tables.py's LEAKY_RELU

int digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

TEST(UnaryTable, HasTheCodesThatLiteRtComputes) {
  for (const Measured &m : kMeasured) {
    CodeType input = {m.type, m.inScale, m.inZero}, result = {m.type, m.outScale, m.outZero};
    float alpha = std::string_view(m.op) == "elu" ? 1.0f : kAlpha;
    std::optional<ByteTable> table = unaryTable(m.op, input, result, alpha);
    ASSERT_TRUE(table) << m.op;
    int32_t lowest = allCodes(m.type).low;
    for (int32_t i = 0; i < 256; ++i) {
      int expected = digit(m.results[2 * i]) * 16 + digit(m.results[2 * i + 1]);
      ASSERT_EQ((*table)[static_cast<uint8_t>(lowest + i)], expected)
          << m.op << " of code " << lowest + i << ", scales " << m.inScale << " to " << m.outScale;
    }
  }
}

constexpr CodeType kInput = {ElementType::kI8, 0.5f, -20}, kResult = {ElementType::kI8, 0.25f, 3};

int resultOf(std::string_view op, int code) {
  auto table = unaryTable(op, kInput, kResult, 0);
  return static_cast<int8_t>(table.value()[static_cast<uint8_t>(code)]);
}

TEST(UnaryTable, NegatesTheRealValueWhateverTheZeroPoint) {
  EXPECT_EQ(resultOf("neg", -20), 3);
  EXPECT_EQ(resultOf("neg", -16), 3 - 8);
  EXPECT_EQ(resultOf("neg", -24), 3 + 8);
}

TEST(UnaryTable, HasACodeWhereTheFunctionHasNoNumber) {
  EXPECT_EQ(resultOf("sqrt", -120), 3) << "as of zero";
  EXPECT_EQ(resultOf("rsqrt", -120), 127) << "as of zero";
  EXPECT_EQ(resultOf("rsqrt", -20), 127);
  EXPECT_EQ(resultOf("log", -120), -128);
  EXPECT_EQ(resultOf("log", -20), -128);
}

TEST(UnaryTable, IsNotThereForOtherOpsAndForScalesThatDoNotFit) {
  EXPECT_FALSE(unaryTable("add", kInput, kResult, 0));
  CodeType fine = {ElementType::kI8, 0.5f / 128, 3};
  EXPECT_FALSE(unaryTable("hard_swish", kInput, fine, 0));
  EXPECT_TRUE(unaryTable("hard_swish", kInput, kResult, 0));
}

TEST(RealFunction, IsThereForOpsWithoutParameters) {
  EXPECT_FLOAT_EQ(realFunction("rsqrt")(4), 0.5f);
  EXPECT_FLOAT_EQ(realFunction("hard_swish")(1), 4.0f / 6);
  EXPECT_EQ(realFunction("elu"), nullptr);
  EXPECT_EQ(realFunction("add"), nullptr);
}

TEST(ConcatTable, RescalesAndSaturates) {
  ByteTable table = concatTable({ElementType::kU8, 0.5f, 100}, {ElementType::kU8, 0.25f, 10});
  EXPECT_EQ(table[100], 10);
  EXPECT_EQ(table[101], 12);
  EXPECT_EQ(table[0], 0);
  EXPECT_EQ(table[255], 255);
}

} // namespace
} // namespace tandem
