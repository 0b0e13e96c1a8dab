// What makes codes of reals, or reals of codes, is part of the product before or behind it.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/random_case.h"
#include "backends/cpu/test/runners.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

void expectSteps(size_t steps, const std::string &text) {
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    EXPECT_EQ(model.steps(), steps);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

/// A convolution of codes, %c, of the argument %x of this element type, and `rest`.
std::string ofCodes(const std::string &argument, const std::string &result,
                    const std::string &quantize, const std::string &rest) {
  std::string filter = "tensor<20x3x3x8x!quant.uniform<i8<-127:127>:f32, 0.02>>";
  return "!in = tensor<1x5x6x8x!quant.uniform<i8:f32, 0.05:3>>\n"
         "!out = tensor<1x5x6x20x!quant.uniform<i8:f32, 0.5:3>>\n"
         "func.func @main(%x: " +
         argument + ") -> " + result + " {\n" + quantize +
         "  %w = graph.constant dense<57> : tensor<20x3x3x8xi8> : " + filter +
         "\n  %c = graph.conv_2d %q, %w pad_low [1, 1] pad_high [1, 1] : (!in, " + filter +
         ") -> !out\n" + rest + "\n}\n";
}

TEST(CpuQuantize, RealsAreQuantizedWhereThePaddingIsPut) {
  expectSteps(2, ofCodes("tensor<1x5x6x8xf32>", "!out",
                         "  %q = graph.quantize %x : (tensor<1x5x6x8xf32>) -> !in\n",
                         "  return %c : !out"));
}

TEST(CpuQuantize, CodesOfAnotherTypeAreReadAsTheyAre) {
  std::string other = "tensor<1x5x6x8x!quant.uniform<u8:f32, 0.05:131>>";
  expectSteps(2, ofCodes(other, "!out", "  %q = graph.quantize %x : (" + other + ") -> !in\n",
                         "  return %c : !out"));
}

TEST(CpuQuantize, CodesThatSomethingElseReadsAreMade) {
  expectSteps(4, ofCodes("tensor<1x5x6x8xf32>", "(!out, !in)",
                         "  %q = graph.quantize %x : (tensor<1x5x6x8xf32>) -> !in\n",
                         "  %r = graph.relu %q : (!in) -> !in\n  return %c, %r : !out, !in"));
}

TEST(CpuQuantize, WhatIsQuantizedLaterStaysAsItIs) {
  // The op between would work in place on %1, which the convolution quantizes after that.
  expectSteps(5, ofCodes("tensor<1x5x6x8xf32>", "(!out, tensor<1x5x6x8xf32>)", R"(
  %1 = graph.tanh %x : (tensor<1x5x6x8xf32>) -> tensor<1x5x6x8xf32>
  %q = graph.quantize %1 : (tensor<1x5x6x8xf32>) -> !in
  %2 = graph.exp %1 : (tensor<1x5x6x8xf32>) -> tensor<1x5x6x8xf32>
  %3 = graph.softmax %2 axis 3 : (tensor<1x5x6x8xf32>) -> tensor<1x5x6x8xf32>
)",
                         "  return %c, %3 : !out, tensor<1x5x6x8xf32>"));
}

TEST(CpuQuantize, ResultsThatOnlyADequantizeReadsAreReals) {
  expectSteps(3, ofCodes("!in", "tensor<1x5x6x20xf32>", "  %q = graph.relu %x : (!in) -> !in\n",
                         "  %r = graph.dequantize %c : (!out) -> tensor<1x5x6x20xf32>\n"
                         "  return %r : tensor<1x5x6x20xf32>"));
}

TEST(CpuQuantize, ResultsOfASoftmaxThatOnlyADequantizeReadsAreReals) {
  for (const char *code : {"i8:f32, 0.00390625:-128", "u8:f32, 0.00390625"}) {
    std::string in = std::string("tensor<3x37x!quant.uniform<") + code[0] + "8:f32, 0.1:3>>";
    std::string out = std::string("tensor<3x37x!quant.uniform<") + code + ">>";
    expectSteps(1, "func.func @main(%x: " + in + ") -> tensor<3x37xf32> {\n" +
                       "  %s = graph.softmax %x axis 1 : (" + in + ") -> " + out +
                       "\n  %r = graph.dequantize %s : (" + out +
                       ") -> tensor<3x37xf32>\n  return %r : tensor<3x37xf32>\n}\n");
  }
}

TEST(CpuQuantize, ARefusalNamesCodesPerChannelWithoutTheirScales) {
  std::string type = "tensor<1x2x2x2x!quant.uniform<i8:f32:3, {0.5, 0.25}>>";
  OneRegion model(cpuBackend(), cpuDevice(),
                  "func.func @main(%x: " + type + ") -> " + type +
                      " {\n  %r = graph.max_pool_2d %x window [1, 1] : (" + type + ") -> " + type +
                      "\n  return %r : " + type + "\n}\n");
  EXPECT_FALSE(model.supported());
  EXPECT_NE(model.refusal().find("has element type i8 codes per channel, only 8-bit codes"),
            std::string::npos)
      << model.refusal();
}

class RandomDepthwiseToReals : public ::testing::TestWithParam<std::tuple<int64_t, uint32_t>> {};

TEST_P(RandomDepthwiseToReals, IsOneStep) {
  auto [channels, seed] = GetParam();
  const char *types[] = {"i8", "u8", "few"};
  std::string codes = RandomCase(seed).depthwise(types[seed % 3], channels);
  size_t apart = OneRegion(cpuBackend(), cpuDevice(), codes, {{wideIsa()}}).steps();
  expectSteps(apart, RandomCase(seed).depthwiseToReals(types[seed % 3], channels));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomDepthwiseToReals,
                         ::testing::Combine(::testing::Values(13, 16, 32, 80, 96, 144),
                                            ::testing::Range(0u, 6u)));

class RandomProductsOfReals : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomProductsOfReals, AreThoseOfTheReference) {
  const char *types[] = {"i8", "u8", "legacy", "few"};
  std::string text = RandomCase(GetParam()).ofReals(types[GetParam() % 4]);
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomProductsOfReals, ::testing::Range(0u, 40u));

} // namespace
} // namespace tandem::test
