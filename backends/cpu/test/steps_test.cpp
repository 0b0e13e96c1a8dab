// What an artifact says about its steps, for who measures them.

#include "backends/cpu/run/variants.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;

/// "NAME: OP" of each step.
std::vector<std::string> stepsOf(const std::string &text) {
  OneRegion model(cpuBackend(), cpuDevice(), text, {{"avx2"}});
  EXPECT_TRUE(model.ready()) << model.refusal();
  std::vector<uint64_t> aligned(model.artifact().size() / sizeof(uint64_t) + 1);
  std::memcpy(aligned.data(), model.artifact().data(), model.artifact().size());
  const cpu::Artifact *artifact =
      cpu::openArtifact(std::as_bytes(std::span(aligned)).first(model.artifact().size()));
  std::vector<std::string> steps;
  if (artifact)
    for (const cpu::Step *step : *artifact->steps())
      steps.push_back(step->name()->str() + ": " + step->op()->str());
  return steps;
}

TEST(CpuSteps, TellTheHalvesOfASeparableConvolutionApart) {
  // As Keras writes it: one layer, and so one name.
  EXPECT_THAT(
      stepsOf(R"(
func.func @main(%x: tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> {
  %d = graph.constant dense<0.25> : tensor<1x3x3x8xf32> : tensor<1x3x3x8xf32>
  %p = graph.constant dense<0.375> : tensor<8x1x1x8xf32> : tensor<8x1x1x8xf32>
  %0 = graph.depthwise_conv_2d %x, %d pad_low [1, 1] pad_high [1, 1] : (tensor<1x6x5x8xf32>, tensor<1x3x3x8xf32>) -> tensor<1x6x5x8xf32> loc("separable")
  %1 = graph.conv_2d %0, %p : (tensor<1x6x5x8xf32>, tensor<8x1x1x8xf32>) -> tensor<1x6x5x8xf32> loc("separable")
  %2 = graph.add %x, %1 : (tensor<1x6x5x8xf32>, tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> loc("sum")
  %3 = graph.relu %2 : (tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> loc("end")
  return %3 : tensor<1x6x5x8xf32>
})"),
      ElementsAre("separable: depthwise_conv_2d", "separable + sum + end: conv_2d + add + relu"));
}

TEST(CpuSteps, NameWhatIsFusedInTheOrderOfTheData) {
  // The first one puts the padding around what it quantizes.
  std::string steps = "in + product + out: quantize + conv_2d + dequantize";
  EXPECT_THAT(stepsOf(R"(
!in = tensor<1x5x6x8x!quant.uniform<i8:f32, 0.05:3>>
!out = tensor<1x5x6x20x!quant.uniform<i8:f32, 0.5:3>>
!filter = tensor<20x3x3x8x!quant.uniform<i8<-127:127>:f32, 0.02>>
func.func @main(%x: tensor<1x5x6x8xf32>) -> tensor<1x5x6x20xf32> {
  %w = graph.constant dense<57> : tensor<20x3x3x8xi8> : !filter
  %q = graph.quantize %x : (tensor<1x5x6x8xf32>) -> !in loc("in")
  %c = graph.conv_2d %q, %w pad_low [1, 1] pad_high [1, 1] : (!in, !filter) -> !out loc("product")
  %r = graph.dequantize %c : (!out) -> tensor<1x5x6x20xf32> loc("out")
  return %r : tensor<1x5x6x20xf32>
})"),
              ElementsAre(steps, steps));
}

} // namespace
} // namespace tandem::test
