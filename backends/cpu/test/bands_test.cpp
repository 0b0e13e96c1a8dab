// Convolutions, depthwise ones and those behind them as one step, some rows at a time.

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "backends/cpu/test/random_case.h"
#include "backends/cpu/test/random_choice.h"
#include "backends/cpu/test/runners.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

struct Sizes {
  int64_t height, width, in, wide, out; ///< in front of the depthwise convolution
  bool expands = true, projects = true, adds = false;
  bool isStem = false; ///< it expands by a window that moves by two
  int64_t kernel[2] = {3, 3}, stride[2] = {1, 1}, dilation[2] = {1, 1};
  int64_t low[2] = {1, 1}, high[2] = {1, 1};
  std::string activation = "relu6", type = "f32";

  int64_t result(int axis) const {
    int64_t in = axis == 0 ? height : width, reach = (kernel[axis] - 1) * dilation[axis] + 1;
    return (in + low[axis] + high[axis] - reach) / stride[axis] + 1;
  }
};

class Chain {
public:
  explicit Chain(const Sizes &sizes) : s_(sizes) {}

  std::string text() {
    int64_t first = s_.expands ? s_.in : s_.wide;
    Element element = typesOf(s_.type, 1).input;
    int64_t step = s_.isStem ? 2 : 1, window = s_.isStem ? 3 : 1;
    std::string x = text_.argument({1, s_.height * step, s_.width * step, first}, element);
    std::string value = x;
    if (s_.expands)
      value = conv(value, element, {1, s_.height, s_.width, s_.wide}, first, s_.activation, window);
    Shape image = {1, s_.result(0), s_.result(1), s_.wide};
    value = depthwise(value, element, image);
    if (s_.projects) {
      image[3] = s_.out;
      value = conv(value, element, image, s_.wide, s_.adds ? "none" : s_.activation);
    }
    if (s_.adds) {
      Element sum = element;
      sum.scale *= 1.3f;
      std::string other = s_.type == "f32" ? x : text_.argument(image, element);
      value = text_.apply("add", {value, other}, "activation relu", tensorText(image, sum));
    }
    return text_.finish(value);
  }

private:
  std::string bias(int64_t count) { return text_.bias(count, s_.type == "f32" ? "f32" : "u8"); }
  /// The element of a sum of products: scales that fit their spread.
  Element after(const Element &element, int64_t products) const {
    Types types = typesOf(s_.type, products);
    types.result.scale *= element.scale / types.input.scale;
    return types.result;
  }
  std::string conv(const std::string &value, Element &element, const Shape &shape, int64_t in,
                   const std::string &activation, int64_t kernel = 1) {
    std::string filter =
        text_.filter({shape[3], kernel, kernel, in}, typesOf(s_.type, kernel * kernel * in).filter,
                     s_.type == "i8" ? 0 : -1);
    element = after(element, kernel * kernel * in);
    const char *window = kernel == 1
                             ? "stride [1, 1] dilation [1, 1] pad_low [0, 0] pad_high [0, 0]"
                             : "stride [2, 2] dilation [1, 1] pad_low [0, 0] pad_high [1, 1]";
    return text_.apply("conv_2d", {value, filter, bias(shape[3])},
                       std::string(window) + " groups 1 activation " + activation,
                       tensorText(shape, element));
  }
  std::string depthwise(const std::string &value, Element &element, const Shape &shape) {
    std::string filter = text_.filter({1, s_.kernel[0], s_.kernel[1], s_.wide},
                                      typesOf(s_.type, 9).filter, s_.type == "i8" ? 3 : -1);
    element = after(element, s_.kernel[0] * s_.kernel[1]);
    return text_.apply("depthwise_conv_2d", {value, filter, bias(s_.wide)},
                       pairText("stride", s_.stride) + pairText("dilation", s_.dilation) +
                           pairText("pad_low", s_.low) + pairText("pad_high", s_.high) +
                           "activation " + s_.activation,
                       tensorText(shape, element));
  }

  Sizes s_;
  ModuleText text_;
};

CompileOptions options(const char *isa, const std::string &bands) {
  CompileOptions options;
  options.isas = {isa};
  options.settings["bands"] = bands;
  return options;
}

/// What the text gives is the reference's, in `fewer` steps than without bands.
void expectFewerSteps(size_t fewer, const Sizes &sizes, const std::string &bands = "0") {
  std::string text = Chain(sizes).text();
  std::vector<CodeRunner> runners = {{wideIsa()}, {"avx2"}};
  for (CodeRunner &runner : runners) {
    SCOPED_TRACE(runner.isa);
    runner.settings["bands"] = bands;
    OneRegion model(cpuBackend(), cpuDevice(), text, options(runner.isa, bands));
    OneRegion without(cpuBackend(), cpuDevice(), text, options(runner.isa, "off"));
    ASSERT_TRUE(model.ready()) << model.refusal();
    ASSERT_TRUE(without.ready()) << without.refusal();
    EXPECT_EQ(model.steps() + fewer, without.steps());
  }
  expectAsReference(text, runners, 1e-5);
}

TEST(CpuBands, AreOfTwoOpsOrOfThree) {
  Sizes whole{.height = 20, .width = 21, .in = 16, .wide = 96, .out = 24};
  expectFewerSteps(2, whole);
  Sizes first = whole, last = whole;
  first.projects = last.expands = false;
  expectFewerSteps(1, first);
  expectFewerSteps(1, last);
}

TEST(CpuBands, AreNamedByTheirOps) {
  std::string text = Chain({.height = 8, .width = 8, .in = 16, .wide = 32, .out = 24}).text();
  OneRegion model(cpuBackend(), cpuDevice(), text, options("avx2", "0"));
  ASSERT_EQ(model.steps(), 1u) << model.refusal();
  EXPECT_EQ(cpu::GetArtifact(model.artifact().data())->steps()->Get(0)->op()->str(),
            "conv_2d + depthwise_conv_2d + conv_2d");
}

TEST(CpuBands, BeginWithAStem) {
  for (const char *type : {"f32", "i8", "u8"})
    expectFewerSteps(
        2,
        {.height = 11, .width = 18, .in = 3, .wide = 32, .out = 16, .isStem = true, .type = type});
}

TEST(CpuBands, AddAResidual) {
  expectFewerSteps(2, {.height = 9, .width = 14, .in = 24, .wide = 40, .out = 24, .adds = true});
}

TEST(CpuBands, AreTakenWhereWhatIsBetweenOutgrowsTheCache) {
  Sizes large{.height = 60, .width = 61, .in = 16, .wide = 96, .out = 24}, small = large;
  small.height = small.width = 20;
  expectFewerSteps(2, large, "on");
  expectFewerSteps(0, small, "on");
}

TEST(CpuBands, AreTakenByTheCacheOfTheProfile) {
  std::string text = Chain({.height = 20, .width = 20, .in = 16, .wide = 96, .out = 24}).text();
  auto stepsWith = [&](const char *kib) {
    Processor processor;
    processor.properties["l2_kb"] = kib;
    CompileOptions options;
    options.isas = {"avx2"};
    options.processor = &processor;
    OneRegion model(cpuBackend(), cpuDevice(), text, options);
    return model.ready() ? std::to_string(model.steps()) : model.refusal();
  };
  EXPECT_EQ(stepsWith("128"), "1") << "150 KB are between";
  EXPECT_EQ(stepsWith("256"), "3");
  EXPECT_EQ(stepsWith("much"),
            "cpu: property 'l2_kb' of processor '' is 'much', expected a number");
}

TEST(CpuBands, AreAnOptionOfTheBackend) {
  CompileOptions options;
  for (const char *value : {"on", "off", "0", "512"}) {
    options.settings["bands"] = value;
    EXPECT_EQ(llvm::toString(cpuBackend().checkSettings(options)), "");
  }
  options.settings["bands"] = "-1";
  EXPECT_EQ(llvm::toString(cpuBackend().checkSettings(options)),
            "cpu: option 'bands' is '-1', expected on, off or a number of KiB");
}

TEST(CpuBands, LeaveAValueThatIsReadInAnotherShape) {
  std::string text = R"(
func.func @main(%x: tensor<1x6x8x16xf32>, %y: tensor<1x1x1x16xf32>) -> tensor<1x4x12x16xf32> {
  %u = graph.constant dense<0.25> : tensor<16x1x1x16xf32> : tensor<16x1x1x16xf32>
  %k = graph.constant dense<0.5> : tensor<1x3x3x16xf32> : tensor<1x3x3x16xf32>
  %0 = graph.conv_2d %x, %u : (tensor<1x6x8x16xf32>, tensor<16x1x1x16xf32>) -> tensor<1x6x8x16xf32>
  %1 = graph.reshape %0 shape [1, 4, 12, 16] : (tensor<1x6x8x16xf32>) -> tensor<1x4x12x16xf32>
  %2 = graph.mul %1, %y : (tensor<1x4x12x16xf32>, tensor<1x1x1x16xf32>) -> tensor<1x4x12x16xf32>
  %3 = graph.depthwise_conv_2d %2, %k pad_low [1, 1] pad_high [1, 1] : (tensor<1x4x12x16xf32>, tensor<1x3x3x16xf32>) -> tensor<1x4x12x16xf32>
  %4 = graph.reshape %3 shape [1, 12, 4, 16] : (tensor<1x4x12x16xf32>) -> tensor<1x12x4x16xf32>
  %5 = graph.mul %4, %y : (tensor<1x12x4x16xf32>, tensor<1x1x1x16xf32>) -> tensor<1x12x4x16xf32>
  %6 = graph.conv_2d %5, %u : (tensor<1x12x4x16xf32>, tensor<16x1x1x16xf32>) -> tensor<1x12x4x16xf32>
  %7 = graph.reshape %6 shape [1, 4, 12, 16] : (tensor<1x12x4x16xf32>) -> tensor<1x4x12x16xf32>
  return %7 : tensor<1x4x12x16xf32>
})";
  std::vector<CodeRunner> runners = {{wideIsa()}, {"avx2"}};
  for (CodeRunner &runner : runners)
    runner.settings["bands"] = "0";
  expectAsReference(text, runners, 1e-5);
}

TEST(CpuBands, LeaveAValueThatTwoRead) {
  std::string text = R"(
func.func @main(%x: tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32> {
  %w = graph.constant dense<0.25> : tensor<16x1x1x16xf32> : tensor<16x1x1x16xf32>
  %k = graph.constant dense<0.5> : tensor<1x3x3x16xf32> : tensor<1x3x3x16xf32>
  %0 = graph.conv_2d %x, %w : (tensor<1x6x6x16xf32>, tensor<16x1x1x16xf32>) -> tensor<1x6x6x16xf32>
  %1 = graph.depthwise_conv_2d %0, %k pad_low [1, 1] pad_high [1, 1] : (tensor<1x6x6x16xf32>, tensor<1x3x3x16xf32>) -> tensor<1x6x6x16xf32>
  %2 = graph.mul %0, %1 : (tensor<1x6x6x16xf32>, tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  return %2 : tensor<1x6x6x16xf32>
})";
  OneRegion model(cpuBackend(), cpuDevice(), text, options("avx2", "0"));
  ASSERT_TRUE(model.ready()) << model.refusal();
  EXPECT_EQ(model.steps(), 2u) << "the product is of the depthwise one's step";
}

TEST(CpuBands, GiveOfBf16WhatItGivesWithoutThem) {
  std::string text = Chain({.height = 13, .width = 9, .in = 24, .wide = 48, .out = 40}).text();
  for (const CodeRunner &runner : runnersHere()) {
    SCOPED_TRACE(runner.isa);
    CompileOptions bands = options(runner.isa, "0"), off = options(runner.isa, "off");
    bands.settings["precision"] = off.settings["precision"] = "bf16";
    OneRegion model(cpuBackend(), cpuDevice(), text, bands);
    OneRegion without(cpuBackend(), cpuDevice(), text, off);
    ASSERT_TRUE(model.ready()) << model.refusal();
    ASSERT_TRUE(without.ready()) << without.refusal();
    EXPECT_EQ(model.steps() + 2, without.steps());
    std::vector<Bytes> inputs = model.makeInputs();
    std::vector<float> expected = as<float>(without.run(inputs)[0]);
    for (int threads : {1, 3})
      EXPECT_EQ(as<float>(model.run(inputs, threads)[0]), expected) << "each sum in the same order";
  }
}

Sizes randomSizes(const std::string &type, uint32_t seed) {
  RandomChoice choice(seed);
  Sizes s{choice.number(1, 33), choice.number(1, 33), choice.number(1, 40), 0, 0};
  s.wide = choice.any<int64_t>({4, 8, 16, 24, 32, 36, 40, 64, 72, 96, 132, 144});
  s.out = choice.any<int64_t>({1, 5, 8, 16, 24, 40});
  s.type = type;
  s.expands = !choice.once(4);
  s.projects = !s.expands || !choice.once(4);
  s.isStem = s.expands && choice.once(5);
  for (int axis : {0, 1}) {
    s.kernel[axis] = choice.any<int64_t>({1, 2, 3, 3, 3, 4, 5});
    s.stride[axis] = choice.any<int64_t>({1, 1, 2, 2, 3});
    s.dilation[axis] = choice.any<int64_t>({1, 1, 1, 2});
    int64_t reach = (s.kernel[axis] - 1) * s.dilation[axis];
    s.low[axis] = choice.number(0, reach);
    s.high[axis] = choice.number(0, reach);
    int64_t &size = axis == 0 ? s.height : s.width;
    size = std::max(size, reach + 1 - s.low[axis] - s.high[axis]);
  }
  s.adds =
      s.expands && s.projects && !s.isStem && s.result(0) == s.height && s.result(1) == s.width;
  if (s.adds)
    s.out = s.in;
  s.activation = choice.any({"none", "relu", "relu6"});
  return s;
}

class RandomBands : public ::testing::TestWithParam<std::tuple<std::string, uint32_t>> {};

TEST_P(RandomBands, AreWhatTheReferenceGives) {
  auto [type, seed] = GetParam();
  Sizes s = randomSizes(type, seed);
  expectFewerSteps(static_cast<size_t>(s.expands) + static_cast<size_t>(s.projects), s);
}

/// With products of bytes and without, and of matrices. Few: emulation is slow.
TEST_P(RandomBands, AreThatForAarch64) {
  auto [type, seed] = GetParam();
  std::vector<CodeRunner> runners;
  if (seed % 5 == 0)
    runners = runnersNamed({"neon", "dotprod", "i8mm"});
  for (CodeRunner &runner : runners)
    runner.settings["bands"] = "0";
  expectAsReference(Chain(randomSizes(type, seed)).text(), runners, 1e-5);
}

/// With filters of 9 bits: few such weights are products of their own, with many there are no
/// bands.
TEST(CpuBands, GiveOfOldModelsWhatTheReferenceGives) {
  for (const char *type : {"few", "legacy"})
    for (uint32_t seed = 0; seed < 12; ++seed) {
      std::vector<CodeRunner> runners = {{wideIsa()}, {"avx2"}};
      for (CodeRunner &runner : runners)
        runner.settings["bands"] = "0";
      expectAsReference(Chain(randomSizes(type, seed)).text(), runners, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomBands,
                         ::testing::Combine(::testing::Values("f32", "i8", "u8"),
                                            ::testing::Range(0u, 30u)));

} // namespace
} // namespace tandem::test
