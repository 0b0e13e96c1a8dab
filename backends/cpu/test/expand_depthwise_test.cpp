// A 1×1 convolution and the depthwise one behind it as one step, where what is between them
// outgrows the second cache.

#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "tests/conformance/text.h"

#include <gtest/gtest.h>
#include <random>

namespace tandem::test {
namespace {

struct Sizes {
  int64_t height, width, in, wide;
  int64_t kernel = 3, stride = 1, low = 1, high = 1;
};

std::string square(const char *name, int64_t size) {
  std::string text = std::to_string(size);
  return std::string(name) + " [" + text + ", " + text + "] ";
}

std::string expandDepthwise(const Sizes &s, const std::string &activation) {
  ModuleText text;
  Element f32{"f32", 0.02f};
  std::string input = text.argument({1, s.height, s.width, s.in}, f32);
  std::string expand = text.filter({s.wide, 1, 1, s.in}, f32, -1);
  std::string wide = text.apply(
      "conv_2d", {input, expand, text.bias(s.wide, "f32")},
      "stride [1, 1] dilation [1, 1] pad_low [0, 0] pad_high [0, 0] groups 1 activation " +
          activation,
      tensorText({1, s.height, s.width, s.wide}, f32));
  std::string depthwise = text.filter({1, s.kernel, s.kernel, s.wide}, f32, -1);
  auto results = [&](int64_t in) { return (in + s.low + s.high - s.kernel) / s.stride + 1; };
  return text.finish(text.apply("depthwise_conv_2d", {wide, depthwise, text.bias(s.wide, "f32")},
                                square("stride", s.stride) + "dilation [1, 1] " +
                                    square("pad_low", s.low) + square("pad_high", s.high) +
                                    "activation " + activation,
                                tensorText({1, results(s.height), results(s.width), s.wide}, f32)));
}

void expectSteps(size_t steps, const std::string &text) {
  const char *wide = cpu::processorHas("avx512vnni") ? "avx512" : "avx2-wide";
  for (const char *isa : {wide, "avx2"}) {
    SCOPED_TRACE(isa);
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    EXPECT_EQ(model.steps(), steps);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

TEST(CpuExpandDepthwise, IsOneStepWhereTheMiddleIsLarge) {
  expectSteps(1, expandDepthwise({60, 61, 16, 96}, "relu6"));
}

TEST(CpuExpandDepthwise, IsTwoWhereItStaysInTheCache) {
  expectSteps(2, expandDepthwise({20, 21, 16, 96}, "relu6"));
}

TEST(CpuExpandDepthwise, IsTwoWhereChannelsDoNotFillVectors) {
  expectSteps(2, expandDepthwise({64, 64, 16, 72}, "relu6"));
}

TEST(CpuExpandDepthwise, MovesByTwoOverAnEvenImage) {
  expectSteps(1, expandDepthwise({64, 64, 24, 112, 3, 2, 0, 1}, "relu"));
}

class RandomExpandDepthwise : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomExpandDepthwise, IsWhatTheReferenceGives) {
  std::mt19937 random(GetParam());
  auto number = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  Sizes s{number(40, 90), number(40, 90), number(3, 24), 0};
  s.wide = ((1 << 18) / (s.height * s.width) / 16 + number(1, 2)) * 16; // above 1 MB
  s.kernel = number(1, 5);
  s.stride = number(1, 3);
  s.low = number(0, s.kernel - 1);
  s.high = number(0, s.kernel - 1);
  const char *activations[] = {"none", "relu", "relu6"};
  expectSteps(1, expandDepthwise(s, activations[number(0, 2)]));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomExpandDepthwise, ::testing::Range(0u, 10u));

} // namespace
} // namespace tandem::test
