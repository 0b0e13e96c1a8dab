// Products of f32 by bf16, and weights in 16 bits, as the option `precision` asks for them.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/precision.h"
#include "backends/cpu/test/random_case.h"
#include "base/bfloat.h"
#include "tests/conformance/text.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace tandem::test {
namespace {

/// A factor that is rounded to bf16 is off by at most this part of itself.
constexpr double kRounding = 1.0 / 256;

float realOf(uint16_t bfloat) {
  return std::bit_cast<float>(uint32_t(bfloat) << 16);
}
float rounded(float real) {
  return realOf(floatToBfloat(real));
}

TEST(Bf16, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(floatToBfloat(1.0f), 0x3f80);
  EXPECT_EQ(floatToBfloat(-2.5f), 0xc020);
  for (auto [bits, expected] :
       std::initializer_list<std::pair<uint32_t, uint16_t>>{{0x3f808000, 0x3f80},
                                                            {0x3f818000, 0x3f82},
                                                            {0x3f808001, 0x3f81},
                                                            {0x3f817fff, 0x3f81},
                                                            {0x7f7fffff, 0x7f80},
                                                            {0x7f800000, 0x7f80},
                                                            {0xff800000, 0xff80},
                                                            {0x80000000, 0x8000},
                                                            {0x7f800001, 0x7fc0},
                                                            {0xffffffff, 0xffff}})
    EXPECT_EQ(floatToBfloat(std::bit_cast<float>(bits)), expected) << std::hex << bits;
}

/// A 1×1 convolution of `pixels` pixels by the unit matrix: what it gives is its rounded input.
std::string unitConvolution(int64_t pixels, int64_t channels) {
  std::string rows;
  for (int64_t o = 0; o < channels; ++o) {
    rows += o == 0 ? "" : ", ";
    rows += "[[[";
    for (int64_t i = 0; i < channels; ++i)
      rows += std::string(i == 0 ? "" : ", ") + (i == o ? "1.0" : "0.0");
    rows += "]]]";
  }
  std::string type =
      "tensor<1x1x" + std::to_string(pixels) + "x" + std::to_string(channels) + "xf32>";
  std::string filter =
      "tensor<" + std::to_string(channels) + "x1x1x" + std::to_string(channels) + "xf32>";
  return "func.func @main(%x: " + type + ") -> " + type + " {\n  %f = graph.constant dense<[" +
         rows + "]> : " + filter + " : " + filter + "\n  %0 = graph.conv_2d %x, %f : (" + type +
         ", " + filter + ") -> " + type + "\n  return %0 : " + type + "\n}\n";
}

TEST(Bf16, RoundsActivationsAsWeights) {
  constexpr size_t kPixels = 301, kChannels = 6;
  std::mt19937 random(7);
  std::vector<float> reals;
  while (reals.size() < kPixels * kChannels)
    if (float real = std::bit_cast<float>(static_cast<uint32_t>(random()));
        std::isnormal(real) && std::isfinite(rounded(real)))
      reals.push_back(real);
  // One in each of the last pixels: zero times it is NaN in their other channels.
  const std::vector<float> special = {std::numeric_limits<float>::quiet_NaN(),
                                      std::bit_cast<float>(0xffffffffu),
                                      std::bit_cast<float>(0x7f800001u)};
  for (size_t i = 0; i < special.size(); ++i)
    reals[(kPixels - 1 - i) * kChannels] = special[i];
  Bytes input(reals.size() * 4);
  std::memcpy(input.data(), reals.data(), input.size());
  for (const CodeRunner &runner : allRunners()) {
    SCOPED_TRACE(runner.isa);
    std::vector<float> result =
        realsOf(unitConvolution(kPixels, kChannels), runner, "bf16", {input}).at(0);
    ASSERT_EQ(result.size(), reals.size());
    for (size_t pixel = 0; pixel + special.size() < kPixels; ++pixel)
      for (size_t i = pixel * kChannels; i < (pixel + 1) * kChannels; ++i)
        ASSERT_EQ(result[i], rounded(reals[i])) << reals[i];
    for (size_t i = 0; i < special.size(); ++i)
      EXPECT_TRUE(std::isnan(result[(kPixels - 1 - i) * kChannels]));
  }
}

class RandomBf16 : public ::testing::TestWithParam<uint32_t> {};

/// Of factors that bf16 holds the products are exact, and only the sums round, as in f32.
TEST_P(RandomBf16, IsExactOnWhatItHolds) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), rounded);
  expectWithin(text, "bf16", roundedInputs(inputsOf(text), rounded), kOfSums);
}

/// Both factors round: each product is off by at most (1 + kRounding)^2 - 1 of itself.
TEST_P(RandomBf16, IsWithinItsRoundingOfTheReference) {
  std::string text = RandomCase(GetParam()).text("f32");
  expectWithin(text, "bf16", inputsOf(text), 2 * kRounding + kRounding * kRounding + kOfSums);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomBf16, ::testing::Range(100u, 130u));

class Bf16Between : public ::testing::TestWithParam<const char *> {};

TEST_P(Bf16Between, IsWithinARoundingForEachValue) {
  expectNearReference(productsAround(GetParam()), "bf16", 4 * kRounding);
}

INSTANTIATE_TEST_SUITE_P(Ops, Bf16Between, ::testing::ValuesIn(kOpsBetween),
                         [](const auto &info) { return std::string(info.param); });

TEST(Bf16, ConvertsOnlyWhatComesInAsF32) {
  ModuleText chain;
  Element f32{"f32"};
  std::string value = chain.argument({1, 8, 8, 32}, f32);
  for (int i = 0; i < 3; ++i)
    value = chain.apply("conv_2d", {value, chain.filter({32, 1, 1, 32}, f32, -1)}, "",
                        tensorText({1, 8, 8, 32}, f32));
  OneRegion region(cpuBackend(), cpuDevice(), chain.finish(value), optionsFor("avx2", "bf16"));
  EXPECT_EQ(region.steps(), 1u + 3);
}

TEST(Bf16, KeepsWeightsIn16BitsOnRequestAndWhereF16HoldsThem) {
  ModuleText text;
  Element f32{"f32"};
  std::string input = text.argument({1, 4, 4, 16}, f32),
              filter = text.filter({16, 1, 1, 16}, f32, -1);
  std::string convolution =
      text.finish(text.apply("conv_2d", {input, filter}, "", tensorText({1, 4, 4, 16}, f32)));
  constexpr uint64_t kWeights = 16 * 16, kBiases = 4 * 16;
  auto bytesOf = [](const std::string &module, const char *precision = "f32") {
    return OneRegion(cpuBackend(), cpuDevice(), module, optionsFor("avx2", precision))
        .constantBytes();
  };
  EXPECT_EQ(bytesOf(convolution), 4 * kWeights + kBiases);
  EXPECT_EQ(bytesOf(withRounded(convolution, roundedToF16)), 2 * kWeights + kBiases);
  for (const char *precision : {"bf16", "f16"})
    EXPECT_EQ(bytesOf(convolution, precision), 2 * kWeights + kBiases) << precision;
}

TEST(Bf16, HasCodeOfItsOwnOnlyWhereItIsAskedFor) {
  using testing::ElementsAre;
  EXPECT_THAT(variantsFor("x86-64", "bf16"), ElementsAre("avx512bf16", "avx512", "avx2"));
  EXPECT_THAT(variantsFor("x86-64", "f32"), ElementsAre("avx512", "avx2"));
  EXPECT_THAT(variantsFor("aarch64", "bf16"), ElementsAre("bf16", "i8mm", "dotprod", "neon"));
  EXPECT_THAT(variantsFor("aarch64", "f32"), ElementsAre("i8mm", "dotprod", "neon"));
  EXPECT_THAT(variantsFor("aarch64", "f16"), ElementsAre("i8mm", "fp16", "dotprod", "neon"));
}

TEST(Bf16, IsAnOptionOfTheBackend) {
  EXPECT_EQ(llvm::toString(cpuBackend().checkSettings(optionsFor("avx2", "int4"))),
            "cpu: option 'precision' is 'int4', expected f32, bf16 or f16");
}

} // namespace
} // namespace tandem::test
