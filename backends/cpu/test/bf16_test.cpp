// Products of f32 by bf16, and weights in 16 bits, as the option `precision` asks for them.

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
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

std::vector<const char *> isas() {
  std::vector<const char *> names = {"avx2", "avx2-wide"};
  if (cpu::processorHas("avx512vnni"))
    names.push_back("avx512");
  if (cpu::processorHas("avx512bf16"))
    names.push_back("avx512bf16");
  return names;
}

CompileOptions optionsFor(const char *isa, const char *precision) {
  CompileOptions options;
  options.isas = {isa};
  options.settings = {{"precision", precision}};
  return options;
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
  for (const char *isa : isas()) {
    SCOPED_TRACE(isa);
    OneRegion region(cpuBackend(), cpuDevice(), unitConvolution(kPixels, kChannels),
                     optionsFor(isa, "bf16"));
    ASSERT_TRUE(region.ready()) << region.refusal();
    std::vector<float> result = as<float>(region.run({input})[0]);
    for (size_t pixel = 0; pixel + special.size() < kPixels; ++pixel)
      for (size_t i = pixel * kChannels; i < (pixel + 1) * kChannels; ++i)
        ASSERT_EQ(result[i], rounded(reals[i])) << reals[i];
    for (size_t i = 0; i < special.size(); ++i)
      EXPECT_TRUE(std::isnan(result[(kPixels - 1 - i) * kChannels]));
  }
}

float ofHex(const std::string &digits) {
  return std::bit_cast<float>(
      __builtin_bswap32(static_cast<uint32_t>(std::stoul(digits, nullptr, 16))));
}
std::string hexOf(float real) {
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08X", __builtin_bswap32(std::bit_cast<uint32_t>(real)));
  return digits;
}

/// The module, of f32 only, with every constant rounded to what `round` gives.
std::string withRounded(std::string text, float (*round)(float)) {
  constexpr std::string_view kBegin = "dense<\"0x";
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at))
    for (at += kBegin.size(); text[at] != '"'; at += 8)
      text.replace(at, 8, hexOf(round(ofHex(text.substr(at, 8)))));
  return text;
}

std::vector<Bytes> roundedInputs(std::vector<Bytes> inputs) {
  for (Bytes &bytes : inputs) {
    std::vector<float> reals = as<float>(bytes);
    for (float &real : reals)
      real = rounded(real);
    std::memcpy(bytes.data(), reals.data(), bytes.size());
  }
  return inputs;
}

float magnitude(float real) {
  return std::abs(real);
}
std::vector<Bytes> magnitudes(std::vector<Bytes> inputs) {
  for (Bytes &bytes : inputs)
    for (size_t sign = 3; sign < bytes.size(); sign += 4)
      bytes[sign] &= std::byte(0x7f);
  return inputs;
}
/// The module without its activation.
std::string linear(std::string text) {
  constexpr std::string_view kActivation = "activation ";
  size_t at = text.find(kActivation) + kActivation.size();
  return text.replace(at, text.find(' ', at) - at, "none");
}

/// What f32 rounds when thousands of products are added in another order.
constexpr double kOfSums = 1e-6;

/// Expects each sum to be off by no more than a part of what the magnitudes of its products add up
/// to: activations only come closer.
void expectWithin(const std::string &text, const char *precision, const std::vector<Bytes> &inputs,
                  double part) {
  SCOPED_TRACE(text.substr(0, 2000));
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  OneRegion bounds(referenceBackend(), referenceDevice(), linear(withRounded(text, magnitude)));
  std::vector<float> expected = as<float>(reference.run(inputs)[0]),
                     largest = as<float>(bounds.run(magnitudes(inputs))[0]);
  for (const char *isa : isas()) {
    SCOPED_TRACE(isa);
    OneRegion region(cpuBackend(), cpuDevice(), text, optionsFor(isa, precision));
    ASSERT_TRUE(region.ready()) << region.refusal();
    for (int threads : {1, 3}) {
      std::vector<float> actual = as<float>(region.run(inputs, threads)[0]);
      for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_LE(std::abs(actual[i] - expected[i]), part * largest[i]) << i;
    }
  }
}

std::vector<Bytes> inputsOf(const std::string &text) {
  return OneRegion(referenceBackend(), referenceDevice(), text).makeInputs();
}

class RandomBf16 : public ::testing::TestWithParam<uint32_t> {};

/// Of factors that bf16 holds the products are exact, and only the sums round, as in f32.
TEST_P(RandomBf16, IsExactOnWhatItHolds) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), rounded);
  expectWithin(text, "bf16", roundedInputs(inputsOf(text)), kOfSums);
}

/// Both factors round: each product is off by at most (1 + kRounding)^2 - 1 of itself.
TEST_P(RandomBf16, IsWithinItsRoundingOfTheReference) {
  std::string text = RandomCase(GetParam()).text("f32");
  expectWithin(text, "bf16", inputsOf(text), 2 * kRounding + kRounding * kRounding + kOfSums);
}

float roundedToHalf(float real) {
  return halfToFloat(floatToHalf(real));
}

TEST_P(RandomBf16, OfWeightsInF16IsExactOnWhatThatHolds) {
  std::string text = withRounded(RandomCase(GetParam()).text("f32"), roundedToHalf);
  expectWithin(text, "f16", inputsOf(text), kOfSums);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomBf16, ::testing::Range(100u, 130u));

/// Products with other ops between them, whose values are stored as bf16.
class Bf16Between : public ::testing::TestWithParam<const char *> {
protected:
  static std::string text(const std::string &op) {
    ModuleText text;
    Element f32{"f32"};
    auto tensor = [&](const Shape &shape) { return tensorText(shape, f32); };
    auto product = [&](const std::string &input, int64_t size, int64_t in, int64_t out) {
      return text.apply("conv_2d",
                        {input, text.filter({out, 1, 1, in}, f32, -1), text.bias(out, "f32")}, "",
                        tensor({1, size, size, out}));
    };
    std::string input = text.argument({1, 9, 9, 20}, f32);
    std::string first = product(input, 9, 20, 24);
    std::string value = first;
    int64_t size = 9, channels = 24;
    if (op == "depthwise") {
      value = text.apply("depthwise_conv_2d", {first, text.filter({1, 3, 3, 24}, f32, -1)},
                         "pad_low [1, 1] pad_high [1, 1] activation relu6", tensor({1, 9, 9, 24}));
    } else if (op == "add") {
      value = text.apply("add", {first, product(first, 9, 24, 24)}, "", tensor({1, 9, 9, 24}));
    } else if (op == "unfused_add") {
      value =
          text.apply("add", {first, text.argument({1, 1, 1, 24}, f32)}, "", tensor({1, 9, 9, 24}));
    } else if (op == "max_pool") {
      size = 4;
      value = text.apply("max_pool_2d", {first},
                         "window [3, 3] stride [2, 2] pad_low [0, 0] pad_high [0, 0]",
                         tensor({1, 4, 4, 24}));
    } else if (op == "average_pool") {
      size = 4;
      value = text.apply("average_pool_2d", {first},
                         "window [3, 3] stride [2, 2] pad_low [0, 0] pad_high [0, 0]",
                         tensor({1, 4, 4, 24}));
    } else if (op == "concat") {
      channels = 44;
      value = text.apply("concat", {first, input}, "axis 3", tensor({1, 9, 9, 44}));
    } else if (op == "pad") {
      size = 11;
      value = text.apply("pad", {first}, "low [0, 1, 1, 0] high [0, 1, 1, 0] value 0.5",
                         tensor({1, 11, 11, 24}));
    } else if (op == "reshape") {
      value = text.apply("reshape",
                         {text.apply("reshape", {first}, "shape [1, 81, 24]", tensor({1, 81, 24}))},
                         "shape [1, 9, 9, 24]", tensor({1, 9, 9, 24}));
    } else if (op == "padded_add") { // a residual of fewer channels
      channels = 40;
      std::string wide = text.apply("pad", {first}, "low [0, 0, 0, 0] high [0, 0, 0, 16] value 0.0",
                                    tensor({1, 9, 9, 40}));
      value = text.apply("add", {product(first, 9, 24, 40), wide}, "", tensor({1, 9, 9, 40}));
    } else if (op == "transposed") {
      size = 18;
      value = text.apply("transpose_conv_2d", {first, text.filter({24, 3, 3, 24}, f32, -1)},
                         "stride [2, 2] pad_low [0, 0] pad_high [1, 1]", tensor({1, 18, 18, 24}));
    } else if (op == "few") { // with a zero behind three channels, and behind five
      channels = 5;
      std::string three = product(first, 9, 24, 3);
      value = text.apply("conv_2d", {three, text.filter({5, 3, 3, 3}, f32, -1)},
                         "pad_low [1, 1] pad_high [1, 1]", tensor({1, 9, 9, 5}));
    } else if (op == "grouped" || op == "grouped_by_three") {
      int64_t groups = op == "grouped" ? 4 : 8;
      value = text.apply("conv_2d", {first, text.filter({24, 3, 3, 24 / groups}, f32, -1)},
                         "pad_low [1, 1] pad_high [1, 1] groups " + std::to_string(groups),
                         tensor({1, 9, 9, 24}));
    } else if (op == "odd") {
      channels = 13;
      value = product(product(first, 9, 24, 13), 9, 13, 13);
    } else if (op == "winograd") {
      value = text.apply("conv_2d", {first, text.filter({32, 3, 3, 24}, f32, -1)},
                         "pad_low [1, 1] pad_high [1, 1]", tensor({1, 9, 9, 32}));
      channels = 32;
    }
    std::string last = product(value, size, channels, 16);
    return text.finish(text.apply("mean", {last}, "axes [1, 2]", tensor({1, 16})));
  }
};

TEST_P(Bf16Between, IsWithinARoundingForEachValue) {
  std::string module = text(GetParam());
  for (const char *isa : isas()) {
    SCOPED_TRACE(isa);
    expectSame(module, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(),
               optionsFor(isa, "bf16"), 4 * kRounding);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Bf16Between,
                         ::testing::Values("nothing", "depthwise", "add", "unfused_add", "max_pool",
                                           "average_pool", "concat", "pad", "padded_add", "reshape",
                                           "odd", "few", "grouped", "grouped_by_three",
                                           "transposed", "winograd"),
                         [](const auto &info) { return info.param; });

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
  EXPECT_EQ(bytesOf(withRounded(convolution, roundedToHalf)), 2 * kWeights + kBiases);
  for (const char *precision : {"bf16", "f16"})
    EXPECT_EQ(bytesOf(convolution, precision), 2 * kWeights + kBiases) << precision;
}

std::vector<std::string> variantsOf(const char *precision) {
  CompileOptions options;
  options.isas = {"avx512bf16", "avx512", "avx2"};
  options.settings = {{"precision", precision}};
  OneRegion region(cpuBackend(), cpuDevice(), unitConvolution(4, 4), options);
  EXPECT_TRUE(region.ready()) << region.refusal();
  std::vector<std::string> names;
  for (const cpu::Variant *variant : *cpu::GetArtifact(region.artifact().data())->variants())
    names.push_back(variant->isa()->str());
  return names;
}

TEST(Bf16, HasCodeOfItsOwnOnlyWhereItIsAskedFor) {
  EXPECT_THAT(variantsOf("bf16"), testing::ElementsAre("avx512bf16", "avx512", "avx2"));
  EXPECT_THAT(variantsOf("f32"), testing::ElementsAre("avx512", "avx2"));
}

TEST(Bf16, IsAnOptionOfTheBackend) {
  EXPECT_EQ(llvm::toString(cpuBackend().checkSettings(optionsFor("avx2", "int4"))),
            "cpu: option 'precision' is 'int4', expected f32, bf16 or f16");
}

} // namespace
} // namespace tandem::test
