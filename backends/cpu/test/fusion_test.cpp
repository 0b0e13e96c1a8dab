// What is fused, what is not, and that both give what the reference does.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

/// A module of a 1×1 convolution from 5 to 7 channels named %0, and then `rest`.
std::string afterConv(const std::string &arguments, const std::string &results,
                      const std::string &rest) {
  return "func.func @main(%x: tensor<1x6x5x5xf32>" + arguments + ") -> (" + results + R"() {
  %w = graph.constant dense<0.375> : tensor<7x1x1x5xf32> : tensor<7x1x1x5xf32>
  %b = graph.constant dense<[0.5, -0.5, 0.25, 1.0, -2.0, 0.0, 3.0]> : tensor<7xf32> : tensor<7xf32>
  %0 = graph.conv_2d %x, %w, %b : (tensor<1x6x5x5xf32>, tensor<7x1x1x5xf32>, tensor<7xf32>) -> tensor<1x6x5x7xf32>
)" + rest +
         "\n}\n";
}

void expectSteps(size_t steps, const std::string &text) {
  for (const char *isa : {"avx2", "avx2-wide"}) {
    SCOPED_TRACE(isa);
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    EXPECT_EQ(model.steps(), steps);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

TEST(CpuFusion, TakesAResidualAndTheActivationBehindIt) {
  expectSteps(1, afterConv(", %r: tensor<1x6x5x7xf32>", "tensor<1x6x5x7xf32>", R"(
  %1 = graph.add %r, %0 activation relu6 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %1 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesSlopesPerChannel) {
  expectSteps(1, afterConv("", "tensor<1x6x5x7xf32>", R"(
  %s = graph.constant dense<[0.5, -0.5, 0.25, 1.0, -2.0, 0.0, 3.0]> : tensor<7xf32> : tensor<7xf32>
  %1 = graph.prelu %0, %s : (tensor<1x6x5x7xf32>, tensor<7xf32>) -> tensor<1x6x5x7xf32>
  return %1 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, LeavesAValueThatIsAResultToo) {
  expectSteps(2, afterConv("", "tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>", R"(
  %1 = graph.relu %0 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %0, %1 : tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, LeavesAnAddWhoseOtherOperandComesLater) {
  // The second convolution takes the add: its other operand is there by then.
  expectSteps(2, afterConv("", "tensor<1x6x5x7xf32>", R"(
  %1 = graph.conv_2d %x, %w, %b activation relu : (tensor<1x6x5x5xf32>, tensor<7x1x1x5xf32>, tensor<7xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.add %0, %1 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %2 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesAResidualWithFewerChannels) {
  // The pad comes behind the convolution, as in BlazeFace: nothing has to be written for it.
  expectSteps(1, afterConv(", %r: tensor<1x6x5x4xf32>", "tensor<1x6x5x7xf32>", R"(
  %p = graph.pad %r low [0, 0, 0, 0] high [0, 0, 0, 3] : (tensor<1x6x5x4xf32>) -> tensor<1x6x5x7xf32>
  %1 = graph.add %0, %p activation relu : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %1 : tensor<1x6x5x7xf32>)"));
  for (int64_t channels : {1, 15, 16, 17, 40, 55})
    expectSteps(1, "func.func @main(%x: tensor<1x6x5x5xf32>, %r: tensor<1x6x5x" +
                       std::to_string(channels) + R"(xf32>) -> tensor<1x6x5x56xf32> {
  %w = graph.constant dense<0.375> : tensor<56x1x1x5xf32> : tensor<56x1x1x5xf32>
  %0 = graph.conv_2d %x, %w : (tensor<1x6x5x5xf32>, tensor<56x1x1x5xf32>) -> tensor<1x6x5x56xf32>
  %p = graph.pad %r low [0, 0, 0, 0] high [0, 0, 0, )" +
                       std::to_string(56 - channels) + "] : (tensor<1x6x5x" +
                       std::to_string(channels) + R"(xf32>) -> tensor<1x6x5x56xf32>
  %1 = graph.add %p, %0 : (tensor<1x6x5x56xf32>, tensor<1x6x5x56xf32>) -> tensor<1x6x5x56xf32>
  return %1 : tensor<1x6x5x56xf32>
})");
}

TEST(CpuFusion, LeavesAPadThatMovesChannels) {
  expectSteps(4, afterConv(", %r: tensor<1x6x5x4xf32>", "tensor<1x6x5x7xf32>", R"(
  %p = graph.pad %r low [0, 0, 0, 3] high [0, 0, 0, 0] : (tensor<1x6x5x4xf32>) -> tensor<1x6x5x7xf32>
  %1 = graph.add %0, %p : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %1 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesAnAddOfAValueToItself) {
  expectSteps(1, afterConv("", "tensor<1x6x5x7xf32>", R"(
  %1 = graph.add %0, %0 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %1 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesOperandsThatBroadcast) {
  for (const char *shape : {"1x1x1x7xf32", "7xf32", "1x6x1x7xf32", "1x5x7xf32", "1x6x5x1xf32",
                            "6x1x1xf32", "1xf32", "f32"})
    for (const char *op : {"add", "mul"}) {
      std::string other = "tensor<" + std::string(shape) + ">";
      SCOPED_TRACE(other);
      expectSteps(1, afterConv(", %r: " + other, "tensor<1x6x5x7xf32>",
                               "  %1 = graph." + std::string(op) + " %r, %0 : (" + other +
                                   ", tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>\n"
                                   "  return %1 : tensor<1x6x5x7xf32>"));
    }
}

TEST(CpuFusion, LeavesAnOperandThatMakesTheResultLarger) {
  expectSteps(2, afterConv(", %r: tensor<2x1x1x7xf32>", "tensor<2x6x5x7xf32>", R"(
  %1 = graph.add %0, %r : (tensor<1x6x5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x6x5x7xf32>
  return %1 : tensor<2x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesAValueThatIsReadTwice) {
  // x * sigmoid(x), a residual, and x * relu6(x + 3) / 6.
  expectSteps(1, afterConv(", %r: tensor<1x6x5x7xf32>", "tensor<1x6x5x7xf32>", R"(
  %3 = graph.constant dense<3.0> : tensor<f32> : tensor<f32>
  %6 = graph.constant dense<6.0> : tensor<f32> : tensor<f32>
  %1 = graph.sigmoid %0 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.mul %0, %1 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %4 = graph.add %2, %r : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %5 = graph.add %4, %3 activation relu6 : (tensor<1x6x5x7xf32>, tensor<f32>) -> tensor<1x6x5x7xf32>
  %7 = graph.mul %4, %5 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %8 = graph.div %7, %6 : (tensor<1x6x5x7xf32>, tensor<f32>) -> tensor<1x6x5x7xf32>
  return %8 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesUpToAValueThatIsReadElsewhereToo) {
  // The pool reads %1: the convolution writes it, and the rest is a loop.
  expectSteps(3, afterConv("", "tensor<1x6x5x7xf32>, tensor<1x7xf32>", R"(
  %1 = graph.exp %0 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.mean %1 axes [1, 2] : (tensor<1x6x5x7xf32>) -> tensor<1x7xf32>
  %3 = graph.sigmoid %1 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %4 = graph.mul %1, %3 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %4, %2 : tensor<1x6x5x7xf32>, tensor<1x7xf32>)"));
}

TEST(CpuFusion, LeavesWhatIsAResultInBetween) {
  expectSteps(3, afterConv("", "tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>", R"(
  %1 = graph.exp %0 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.mul %0, %1 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %1, %2 : tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>)"));
}

TEST(CpuFusion, TakesWhatWasLeftToALaterLoop) {
  // exp of the argument is read by the sum only, and so it is computed behind the product.
  expectSteps(1, "func.func @main(%r: tensor<4x7xf32>, %x: tensor<4x5xf32>) -> tensor<4x7xf32> {"
                 R"(
  %w = graph.constant dense<0.375> : tensor<7x5xf32> : tensor<7x5xf32>
  %1 = graph.exp %r : (tensor<4x7xf32>) -> tensor<4x7xf32>
  %0 = graph.fully_connected %x, %w : (tensor<4x5xf32>, tensor<7x5xf32>) -> tensor<4x7xf32>
  %2 = graph.add %1, %0 : (tensor<4x7xf32>, tensor<4x7xf32>) -> tensor<4x7xf32>
  return %2 : tensor<4x7xf32>
})");
}

TEST(CpuFusion, TakesWhatComesUnderAnotherShapeWithTheSameRows) {
  expectSteps(1, afterConv(", %r: tensor<1x30x1xf32>", "tensor<1x30x7xf32>", R"(
  %1 = graph.reshape %0 shape [1, 30, 7] : (tensor<1x6x5x7xf32>) -> tensor<1x30x7xf32>
  %2 = graph.mul %1, %r : (tensor<1x30x7xf32>, tensor<1x30x1xf32>) -> tensor<1x30x7xf32>
  return %2 : tensor<1x30x7xf32>)"));
  // An operand that goes to other rows under the other shape is left to a loop.
  expectSteps(2, afterConv(", %r: tensor<6x1x1xf32>", "tensor<5x6x1x7xf32>", R"(
  %1 = graph.mul %0, %r : (tensor<1x6x5x7xf32>, tensor<6x1x1xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.reshape %1 shape [5, 6, 1, 7] : (tensor<1x6x5x7xf32>) -> tensor<5x6x1x7xf32>
  %3 = graph.add %2, %r : (tensor<5x6x1x7xf32>, tensor<6x1x1xf32>) -> tensor<5x6x1x7xf32>
  return %3 : tensor<5x6x1x7xf32>)"));
  expectSteps(2, afterConv("", "tensor<1x7x30xf32>", R"(
  %1 = graph.reshape %0 shape [1, 7, 30] : (tensor<1x6x5x7xf32>) -> tensor<1x7x30xf32>
  %2 = graph.tanh %1 : (tensor<1x7x30xf32>) -> tensor<1x7x30xf32>
  return %2 : tensor<1x7x30xf32>)"));
}

TEST(CpuFusion, LeavesChainsThatAreTooLongInPieces) {
  std::string value = "%0", chain;
  for (int i = 1; i <= 60; ++i) {
    std::string next = "%c" + std::to_string(i);
    chain += "  " + next + " = graph.hard_swish " + value +
             " : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>\n";
    value = next;
  }
  // 24 behind the product; then a loop for the rest, which was a chain of 32 and one of 28 before.
  expectSteps(3, afterConv("", "tensor<1x6x5x7xf32>",
                           chain + "  return " + value + " : tensor<1x6x5x7xf32>"));
}

/// That `text` gives what the reference does, and has so many buffers that are no constants.
void expectBuffers(size_t buffers, const std::string &text) {
  OneRegion model(cpuBackend(), cpuDevice(), text, {{"avx2"}});
  ASSERT_TRUE(model.ready()) << model.refusal();
  EXPECT_EQ(model.variables(), buffers);
  expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{"avx2"}});
}

TEST(CpuMemory, ResidualsAreAddedInPlace) {
  // x; %1, which the sum replaces; the result, which is there from the start.
  expectBuffers(3, afterConv("", "tensor<1x6x5x7xf32>", R"(
  %1 = graph.conv_2d %x, %w, %b activation relu : (tensor<1x6x5x5xf32>, tensor<7x1x1x5xf32>, tensor<7xf32>) -> tensor<1x6x5x7xf32>
  %2 = graph.add %0, %1 : (tensor<1x6x5x7xf32>, tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  %3 = graph.softmax %2 axis 3 : (tensor<1x6x5x7xf32>) -> tensor<1x6x5x7xf32>
  return %3 : tensor<1x6x5x7xf32>)"));
}

TEST(CpuMemory, AResidualThatTheConvolutionReadsStays) {
  // x, %1, %3 and %4: what %1 has is still read when the first sums are there.
  expectBuffers(4, R"(
func.func @main(%x: tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> {
  %w = graph.constant dense<0.375> : tensor<8x3x3x8xf32> : tensor<8x3x3x8xf32>
  %b = graph.constant dense<0.5> : tensor<8xf32> : tensor<8xf32>
  %1 = graph.tanh %x : (tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32>
  %2 = graph.conv_2d %1, %w, %b pad_low [1, 1] pad_high [1, 1] : (tensor<1x6x5x8xf32>, tensor<8x3x3x8xf32>, tensor<8xf32>) -> tensor<1x6x5x8xf32>
  %3 = graph.add %1, %2 : (tensor<1x6x5x8xf32>, tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32>
  %4 = graph.softmax %3 axis 3 : (tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32>
  return %4 : tensor<1x6x5x8xf32>
})");
}

TEST(CpuMemory, ElementwiseOpsWorkInPlaceButNotOnInputsAndWhatIsReadLater) {
  auto module = [](const std::string &last) {
    return R"(
func.func @main(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %1 = graph.exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %2 = graph.softmax %1 axis 1 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %3 = graph.add %1, %2 : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %4 = graph.tanh %3 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %5 = graph.softmax %4 axis 1 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %6 = graph.mul %5, )" +
           last + R"( : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  return %6 : tensor<3x5xf32>
})";
  };
  // x, which stays for the next run; %1, on which %3 and %4 work; %2; %5; the result.
  expectBuffers(5, module("%4"));
  // %3 and %4 work on %2.
  expectBuffers(5, module("%1"));
}

TEST(CpuMemory, AViewKeepsWhatItShows) {
  // x, %1 with %2, %3 and %4.
  expectBuffers(4, R"(
func.func @main(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<15xf32>) {
  %1 = graph.exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %2 = graph.reshape %1 shape [15] : (tensor<3x5xf32>) -> tensor<15xf32>
  %3 = graph.mul %1, %1 : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %4 = graph.softmax %3 axis 1 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  return %4, %2 : tensor<3x5xf32>, tensor<15xf32>
})");
}

TEST(CpuMemory, WhatIsComputedInTwoLoopsKeepsItsOperand) {
  // x, %1, which the second loop reads too, %3 and the result: %2 is computed with %3 and with %4.
  expectBuffers(4, R"(
func.func @main(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %1 = graph.softmax %x axis 1 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %2 = graph.neg %1 : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %3 = graph.mean %2 axes [0] keep_dims : (tensor<3x5xf32>) -> tensor<1x5xf32>
  %4 = graph.sub %2, %3 : (tensor<3x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
  return %4 : tensor<3x5xf32>
})");
}

} // namespace
} // namespace tandem::test
