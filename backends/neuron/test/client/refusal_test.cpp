// Every constraint of the capability table, with an op that does not keep to it.
#include "backends/neuron/compile/constraints.h"
#include "backends/neuron/test/client/op_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::neuron {
namespace {

using test::filledIn;
using test::OpText;

struct Refusal {
  const Constraint *constraint;
  ElementKind kind;
  std::string arguments, body; ///< with placeholders
  std::string reason;
  bool unsignedCodes = false;
};

const std::string kImage = "%x: tensor<1x4x6x2x$T>";

/// conv_2d with such a filter and bias.
std::string conv(const std::string &filter, const std::string &filterStored,
                 const std::string &bias, const std::string &result,
                 const std::string &attributes = "") {
  return "%f = graph.constant dense<1" + std::string(filterStored == "i8" ? "" : ".0") +
         "> : tensor<4x1x1x2x" + filterStored + "> : tensor<4x1x1x2x" + filter +
         ">\n%b = graph.constant dense<" + (bias == "i32" ? "1" : "1.0") + "> : tensor<4x" + bias +
         "> : tensor<4x" + bias + ">\n%r = graph.conv_2d %x, %f, %b " + attributes +
         " : (tensor<1x4x6x2x$T>, tensor<4x1x1x2x" + filter + ">, tensor<4x" + bias +
         ">) -> tensor<1x4x6x4x" + result + ">";
}

std::vector<Refusal> refusals() {
  const std::string perChannel = "!quant.uniform<i8:f32:0, {0.5,0.5,0.5,0.25}>";
  const std::string codes = "!quant.uniform<u8:f32, 1.0:3>";
  return {
      {&kRankAtMost4, kF32, "%x: tensor<1x1x1x1x4x$T>",
       "%r = graph.relu %x : (tensor<1x1x1x1x4x$T>) -> tensor<1x1x1x1x4x$T>",
       "relu: rank must be at most 4, is 5"},
      {&kHasAxes, kF32, kImage,
       "%r = graph.mean %x axes [] : (tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "mean: axes must be named, there are none"},
      {&kBetaPositive, kF32, kImage,
       "%r = graph.softmax %x axis 3 beta -1.0 : (tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "softmax: beta must be positive, is -1"},
      {&kParametersConstant, kF32, kImage + ", %p: tensor<2xf32>",
       "%r = graph.batch_norm %x, %p, %p, %p, %p epsilon 0.001 : (tensor<1x4x6x2x$T>, "
       "tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x4x6x2x$T>",
       "batch_norm: scale, offset, mean and variance must be constants"},
      {&kPadOfI8IsZero, kI8, kImage,
       "%r = graph.pad %x low [0, 1, 0, 0] high [0, 0, 0, 0] value 1.0 : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x5x6x2x$T>",
       "pad: the value must be 0 for i8 codes: public sources disagree about the code of another"},
      {&kRank4, kF32, "%x: tensor<4x6x$T>",
       "%r = graph.local_response_norm %x radius 1 bias 1.0 alpha 0.5 beta 0.75 : "
       "(tensor<4x6x$T>) -> tensor<4x6x$T>",
       "local_response_norm: rank must be 4, is 2"},
      {&kKeepsCodes, kI8, kImage,
       "%r = graph.relu %x : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x!quant.uniform<i8:f32, 0.04:-2>>",
       "relu: the result must have the input's scale 0.5 and zero point 3, has scale 0.04 and zero "
       "point -2"},
      {&kProductWithOnes, kI8, kImage,
       "%r = graph.mean %x axes [1, 3] : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x6x!quant.uniform<i8:f32, 0.25:-2>>",
       "mean: a product with ones needs neighbouring axes"},
      {&kProductWithOnes, kI8, kImage,
       "%r = graph.mean %x axes [2] : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x2x!quant.uniform<i8:f32, 0.45:-2>>",
       "mean: a product with ones rounds 204 of 1531 sums otherwise than TFLite's mean"},
      {&kProductWithOnes, kI8, kImage,
       "%r = graph.mean %x axes [1] : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x6x2x!quant.uniform<i8:f32, 0.125:-2>>",
       "mean: the scale of a u8 result must be above 0.5, the input's, times 0.25, is 0.125", true},
      {&kProductWithOnes, kU8, "%x: tensor<1x70x70x1x$T>",
       "%r = graph.mean %x axes [1, 2] : (tensor<1x70x70x1x$T>) -> "
       "tensor<1x1x!quant.uniform<u8:f32, 0.45:3>>",
       "mean: a product with ones is taken of few elements, not of 4900"},
      {&kScaleOf256th, kU8, kImage,
       "%r = graph.sigmoid %x : (tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "sigmoid: the result must have scale 0.00390625 and zero point 0, has scale 0.5 and zero "
       "point 3"},
      {&kScaleOf128th, kI8, kImage,
       "%r = graph.tanh %x : (tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "tanh: the result must have scale 0.0078125 and zero point 0, has scale 0.5 and zero point "
       "3"},
      {&kScaleAboveProduct, kI8, kImage,
       "%r = graph.mul %x, %x : (tensor<1x4x6x2x$T>, tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x!quant.uniform<i8:f32, 0.25:0>>",
       "mul: the scale of the result must be above the product of the operands' scales, 0.25, is "
       "0.25"},
      {&kOneShape, kF32, kImage + ", %m: tensor<1x4x6x1xi1>",
       "%r = graph.select %m, %x, %x : (tensor<1x4x6x1xi1>, tensor<1x4x6x2x$T>, "
       "tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "select: all operands must have the shape of the result"},
      {&kIndicesAreI32, kF32, kImage + ", %i: tensor<5xi64>",
       "%r = graph.gather %x, %i axis 2 : (tensor<1x4x6x2x$T>, tensor<5xi64>) -> "
       "tensor<1x4x5x2x$T>",
       "gather: the indices must be i32, are i64"},
      {&kAlphaPositive, kI8, kImage,
       "%r = graph.leaky_relu %x alpha -0.5 : (tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>",
       "leaky_relu: alpha must be positive for codes, is -0.5"},
      {&kCoarserU8, kU8, kImage,
       "%r = graph.quantize %x : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x!quant.uniform<u8:f32, 0.25:3>>",
       "quantize: the scale of a u8 result must be above that of u8 input, 0.5, is 0.25"},
      {&kCoarserU8, kI8, kImage,
       "%r = graph.quantize %x : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x!quant.uniform<u8:f32, 0.5:3>>",
       "quantize: the scale of a u8 result must be above that of u8 input, 0.5, is 0.5", true},
      {&kI16Symmetric, kF32, kImage,
       "%r = graph.quantize %x : (tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x!quant.uniform<i16:f32, 0.25:3>>",
       "quantize: the zero point of i16 codes must be 0, is 3"},
      {&kPlainI32, kI32, kImage,
       "%r = graph.add %x, %x activation relu6 : (tensor<1x4x6x2x$T>, tensor<1x4x6x2x$T>) -> "
       "tensor<1x4x6x2x$T>",
       "add: activation must be none for i32, is relu6"},
      {&kNotHybrid, kF32, kImage, conv(perChannel, "i8", "f32", "f32"),
       "conv_2d: the input is f32 and the filter quantized: TFLite's hybrid form quantizes the "
       "input on the fly, which Neuron has not"},
      {&kFilterFits, kF32, kImage + ", %f: tensor<4x1x1x2xf32>",
       "%r = graph.conv_2d %x, %f : (tensor<1x4x6x2x$T>, tensor<4x1x1x2xf32>) -> "
       "tensor<1x4x6x4x$T>",
       "conv_2d: the filter must be a constant"},
      {&kFilterFits, kI8, kImage, conv(codes, "i8", "i32", "!quant.uniform<i8:f32, 1.0:3>"),
       "conv_2d: the filter must be of the input's type or i8 codes per channel"},
      {&kFilterFits, kU8, kImage,
       conv("!quant.uniform<i8:f32:0, {0.5,0.5,0.5,0.25:1}>", "i8", "i32", codes),
       "conv_2d: the zero points of a filter quantized per channel must be 0"},
      {&kRoundsTwice, kI8, "%x: tensor<3x2x$T>",
       "%f = graph.constant dense<1> : tensor<4x2xi8> : tensor<4x2x" + perChannel +
           ">\n%r = graph.fully_connected %x, %f : (tensor<3x2x$T>, tensor<4x2x" + perChannel +
           ">) -> tensor<3x4x!quant.uniform<i8:f32, 1.0:3>>",
       "fully_connected: a filter with one scale for each channel needs CONV_2D, which rounds i8 "
       "codes otherwise than TFLite's fully connected layers"},
      {&kBiasFits, kF32, kImage + ", %b: tensor<4xf32>",
       "%f = graph.constant dense<1.0> : tensor<4x1x1x2xf32> : tensor<4x1x1x2xf32>\n"
       "%r = graph.conv_2d %x, %f, %b : (tensor<1x4x6x2x$T>, tensor<4x1x1x2xf32>, tensor<4xf32>) "
       "-> tensor<1x4x6x4x$T>",
       "conv_2d: the bias must be a constant"},
      {&kScaleAboveFilter, kU8, kImage, conv("$T", "i8", "i32", "!quant.uniform<u8:f32, 0.25:3>"),
       "conv_2d: the scale of a u8 result must be above the product of input and filter scale, "
       "0.25, is 0.25"},
      {&kScaleAboveFilter, kI8, kImage, conv("$T", "i8", "i32", "!quant.uniform<i8:f32, 0.125:3>"),
       "conv_2d: the scale of a u8 result must be above the product of input and filter scale, "
       "0.25, is 0.125",
       true},
  };
}

TEST(Constraint, RefusesWithItsSentence) {
  for (const Refusal &refusal : refusals()) {
    OpText text(filledIn(refusal.arguments, refusal.kind), filledIn(refusal.body, refusal.kind));
    ASSERT_TRUE(text.op()) << refusal.reason;
    Target target = {.unsignedCodes = refusal.unsignedCodes};
    EXPECT_THAT(supportOf(text.op(), target).reasons, ::testing::ElementsAre(refusal.reason));
    EXPECT_NE(refusal.constraint->whyNot(text.op(), target), "") << refusal.reason;
  }
}

TEST(Constraint, IsTestedWhereverItStandsInTheTable) {
  std::vector<Refusal> tested = refusals();
  for (const Capability &row : capabilities())
    for (const Constraint *constraint : row.constraints)
      EXPECT_TRUE(llvm::any_of(tested, [&](const Refusal &refusal) {
        return refusal.constraint == constraint;
      })) << constraint->rule.str();
}

} // namespace
} // namespace tandem::neuron
