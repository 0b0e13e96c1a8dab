// What convolutions, pools and matrix products become. The types on the right side follow from the
// left: the dialect's verifier has checked them.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using schema::ActivationFunctionType;
using schema::Padding;
using testing::AllOf;
using testing::HasSubstr;

std::vector<float> zeros(size_t count) {
  return std::vector<float>(count, 0.0f);
}

TEST(TfliteConv2d, SamePaddingPutsTheOddOneAtTheHighEnd) {
  ModelBuilder m;
  int in = m.input("in", {1, 4, 5, 2});
  int w = m.floats("w", {3, 3, 3, 2}, zeros(54)), b = m.floats("b", {3}, zeros(3));
  int out = m.tensor("out", {1, 2, 3, 3});
  schema::Conv2DOptionsT options;
  options.padding = Padding::SAME;
  options.stride_h = options.stride_w = 2;
  options.fused_activation_function = ActivationFunctionType::RELU6;
  m.op(BuiltinOperator::CONV_2D, {in, w, b}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("%arg0: tensor<1x4x5x2xf32> {graph.name = \"in\"}"),
                    HasSubstr("-> (tensor<1x2x3x3xf32> {graph.name = \"out\"})"),
                    // height: 1 of padding, all high; width: 2, one each
                    HasSubstr("graph.conv_2d %arg0, %0, %1 stride [2, 2] pad_low [0, 1] "
                              "pad_high [1, 1] activation relu6 :")));
}

TEST(TfliteConv2d, DilatesByHeightAndWidthInThisOrder) {
  ModelBuilder m;
  int in = m.input("in", {1, 8, 8, 1}), w = m.floats("w", {1, 2, 2, 1}, zeros(4));
  int out = m.tensor("out", {1, 6, 5, 1});
  schema::Conv2DOptionsT options;
  options.padding = Padding::VALID;
  options.stride_h = options.stride_w = 1;
  options.dilation_h_factor = 2;
  options.dilation_w_factor = 3;
  m.op(BuiltinOperator::CONV_2D, {in, w, -1}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.conv_2d %arg0, %0 dilation [2, 3] : (tensor<1x8x8x1xf32>, "
                        "tensor<1x2x2x1xf32>) -> tensor<1x6x5x1xf32>"));
}

TEST(TfliteConv2d, FewerFilterChannelsMeanGroups) {
  ModelBuilder m;
  int in = m.input("in", {1, 1, 1, 4}), w = m.floats("w", {2, 1, 1, 2}, zeros(4));
  int out = m.tensor("out", {1, 1, 1, 2});
  schema::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::CONV_2D, {in, w}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.conv_2d %arg0, %0 groups 2 :"));
}

TEST(TfliteConv2d, TakesCodesPerChannelAndAPlainBias) {
  ModelBuilder m;
  int in = m.input("in", {1, 1, 1, 1}, TensorType::INT8, {{0.5f}, {-3}});
  int w = m.constant<int8_t>("w", {2, 1, 1, 1}, TensorType::INT8, {1, -1},
                             {{0.25f, 0.125f}, {0, 0}, 0});
  int b = m.constant<int32_t>("b", {2}, TensorType::INT32, {7, 8}, {{0.125f, 0.0625f}, {0, 0}, 0});
  int out = m.tensor("out", {1, 1, 1, 2}, TensorType::INT8, {{2.0f}, {1}});
  schema::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::CONV_2D, {in, w, b}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr(": (tensor<1x1x1x1x!quant.uniform<i8:f32, 5.000000e-01:-3>>, "
                        "tensor<2x1x1x1x!quant.uniform<i8:f32:0, {2.500000e-01,1.250000e-01}>>, "
                        "tensor<2xi32>) -> "
                        "tensor<1x1x1x2x!quant.uniform<i8:f32, 2.000000e+00:1>>"));
}

std::string hybrid(const std::vector<float> &scales, int side = 1) {
  ModelBuilder m;
  int in = m.input("in", {1, side, side, 1});
  int w = m.constant<int8_t>("w", {2, side, side, 1}, TensorType::INT8,
                             std::vector<int8_t>(static_cast<size_t>(2 * side * side), 5),
                             {scales, std::vector<int64_t>(scales.size(), 0)});
  int b = m.floats("b", {2}, {1.0f, 2.0f}), out = m.tensor("out", {1, 1, 1, 2});
  schema::Conv2DOptionsT options;
  options.padding = schema::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::CONV_2D, {in, w, b}, {out}, options);
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteConv2d, HybridKeepsTheCodesOfAFilterWithAScalePerChannel) {
  EXPECT_THAT(hybrid({0.5f, 0.25f}),
              HasSubstr("(tensor<1x1x1x1xf32>, tensor<2x1x1x1x!quant.uniform<i8:f32:0, "
                        "{5.000000e-01,2.500000e-01}>>, tensor<2xf32>) -> tensor<1x1x1x2xf32>"));
}

TEST(TfliteConv2d, HybridOfOneScaleBringsTheInputToCodesAroundZero) {
  std::string text = hybrid({0.5f});
  EXPECT_THAT(text, HasSubstr("graph.round"));
  EXPECT_THAT(text, HasSubstr("(tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x1x1x2xf32>"));
}

TEST(TfliteConv2d, HybridOfOneScaleHasItsCodesAsTheyAreInTheFile) {
  EXPECT_THAT(hybrid({0.5f}, 16),
              HasSubstr(": tensor<2x16x16x1x!quant.uniform<i8:f32, 1.000000e+00>> : "
                        "tensor<2x16x16x1xf32>"));
}

TEST(TfliteDepthwiseConv2d, TheFilterSaysTheMultiplier) {
  ModelBuilder m;
  int in = m.input("in", {1, 3, 3, 2}), w = m.floats("w", {1, 3, 3, 4}, zeros(36));
  int out = m.tensor("out", {1, 3, 3, 4});
  schema::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, w}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.depthwise_conv_2d %arg0, %0 pad_low [1, 1] pad_high [1, 1] : "
                        "(tensor<1x3x3x2xf32>, tensor<1x3x3x4xf32>) -> tensor<1x3x3x4xf32>"));
}

TEST(TfliteTransposeConv, ThePaddingIsThatOfTheWayBack) {
  ModelBuilder m;
  int size = m.ints("size", {1, 4, 4, 1});
  int w = m.floats("w", {1, 3, 3, 1}, zeros(9)), in = m.input("in", {1, 2, 2, 1});
  int out = m.tensor("out", {1, 4, 4, 1});
  schema::TransposeConvOptionsT options;
  options.stride_h = options.stride_w = 2;
  m.op(BuiltinOperator::TRANSPOSE_CONV, {size, w, in}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.transpose_conv_2d %arg0, %0 stride [2, 2] pad_high [1, 1] : "
                        "(tensor<1x2x2x1xf32>, tensor<1x3x3x1xf32>) -> tensor<1x4x4x1xf32>"));
}

TEST(TfliteTransposeConv, HybridBringsTheImageToCodesAndBack) {
  ModelBuilder m;
  int size = m.ints("size", {2, 4, 4, 2});
  int w = m.constant<int8_t>("w", {2, 2, 2, 1}, TensorType::INT8, {1, 2, 3, 4, 5, 6, 7, 8},
                             {{0.5f, 0.25f}, {0, 0}});
  int in = m.input("in", {2, 2, 2, 1}), out = m.tensor("out", {2, 4, 4, 2});
  schema::TransposeConvOptionsT options;
  options.stride_h = options.stride_w = 2;
  m.op(BuiltinOperator::TRANSPOSE_CONV, {size, w, in}, {out}, options);
  m.output(out);
  std::string text = importText(m.bytes());
  EXPECT_THAT(text, HasSubstr("(tensor<2x2x2x1xf32>, tensor<1x1x1x1x!quant.uniform<i8<-127:127>:"
                              "f32, 1.000000e+00>>) -> tensor<2x2x2x1xf32>"));
  EXPECT_THAT(text, HasSubstr("(tensor<2x2x2x1xf32>, tensor<2x2x2x1xf32>) -> tensor<2x4x4x2xf32>"));
}

TEST(TfliteFullyConnected, TakesRowsOfTheFiltersLength) {
  for (bool keep : {false, true}) {
    ModelBuilder m;
    int in = m.input("in", {2, 3, 4}), w = m.floats("w", {5, 4}, zeros(20));
    int out = m.tensor("out", keep ? Ints{2, 3, 5} : Ints{6, 5});
    schema::FullyConnectedOptionsT options;
    options.keep_num_dims = keep;
    m.op(BuiltinOperator::FULLY_CONNECTED, {in, w, -1}, {out}, options);
    m.output(out);
    EXPECT_THAT(importText(m.bytes()),
                AllOf(HasSubstr("graph.reshape %arg0 shape [6, 4]"),
                      HasSubstr("graph.fully_connected"),
                      HasSubstr(keep ? "-> (tensor<2x3x5xf32>" : "-> (tensor<6x5xf32>")));
  }
}

TEST(TfliteBatchMatmul, TransposesWhatTheOptionsSay) {
  ModelBuilder m;
  int lhs = m.input("a", {2, 3, 4}), rhs = m.input("b", {2, 5, 4}),
      out = m.tensor("out", {2, 3, 5});
  schema::BatchMatMulOptionsT options;
  options.adj_y = true;
  m.op(BuiltinOperator::BATCH_MATMUL, {lhs, rhs}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.batch_matmul %arg0, %arg1 transpose_rhs :"));
}

TEST(TflitePool2d, ReadsHeightAndWidthInThisOrder) {
  ModelBuilder m;
  int in = m.input("in", {1, 6, 6, 1}), a = m.tensor("a", {1, 3, 6, 1}),
      b = m.tensor("b", {1, 2, 5, 1});
  schema::Pool2DOptionsT options;
  options.padding = Padding::SAME;
  options.filter_height = 3;
  options.filter_width = 2;
  options.stride_h = 2;
  options.stride_w = 1;
  m.op(BuiltinOperator::MAX_POOL_2D, {in}, {a}, options);
  options.padding = Padding::VALID;
  options.filter_height = 2;
  options.stride_h = 1;
  m.op(BuiltinOperator::AVERAGE_POOL_2D, {a}, {b}, options);
  m.output(b);
  EXPECT_THAT(
      importText(m.bytes()),
      AllOf(HasSubstr("graph.max_pool_2d %arg0 window [3, 2] stride [2, 1] pad_high [1, 1] :"),
            HasSubstr("graph.average_pool_2d %0 window [2, 2] :")));
}

TEST(TfliteConv3d, HasTheDepthsThatItSeesAsChannels) {
  ModelBuilder m;
  int in = m.input("in", {1, 4, 4, 4, 2}), out = m.tensor("out", {1, 3, 3, 3, 5});
  int filter = m.floats("filter", {2, 2, 2, 2, 5}, std::vector<float>(80, 1));
  schema::Conv3DOptionsT options;
  options.padding = schema::Padding::VALID;
  options.stride_d = options.stride_h = options.stride_w = 1;
  options.fused_activation_function = schema::ActivationFunctionType::RELU;
  m.op(BuiltinOperator::CONV_3D, {in, filter}, {out}, options);
  m.output(out);
  std::string text = importText(m.bytes());
  EXPECT_EQ(text.find("graph.conv_2d"), text.rfind("graph.conv_2d")) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("(tensor<3x4x4x4xf32>, tensor<5x2x2x4xf32>)"),
                          HasSubstr("activation relu")));
}

TEST(TfliteConv3dTranspose, HasAProductForEachPlaceOfTheStride) {
  auto grown = [](const Ints &size) {
    ModelBuilder m;
    int in = m.input("in", {1, 2, 2, 2, 3}), out = m.tensor("out", size);
    int filter = m.floats("filter", {2, 2, 2, 4, 3}, std::vector<float>(96, 1));
    schema::Conv3DOptionsT options;
    options.padding = schema::Padding::VALID;
    options.stride_d = options.stride_h = options.stride_w = 2;
    m.op(BuiltinOperator::CONV_3D_TRANSPOSE, {m.ints("size", size), filter, in}, {out}, options);
    m.output(out);
    return importText(m.bytes());
  };
  EXPECT_THAT(grown({1, 4, 4, 4, 4}),
              HasSubstr("(tensor<2x2x2x3xf32>, tensor<4x2x2x3xf32>) -> tensor<2x4x4x4xf32>"));
  // Where the result goes on behind what the filter reaches there are zeros.
  EXPECT_THAT(grown({1, 5, 4, 4, 4}), HasSubstr("-> tensor<1x5x4x4x4xf32>"));
}

std::string reduceWindow(schema::ReduceWindowFunction function, std::vector<int64_t> size) {
  ModelBuilder m;
  auto numbers = [&](const char *name, const std::vector<int64_t> &values) {
    return m.constant<int64_t>(name, {static_cast<int>(values.size())}, TensorType::INT64, values);
  };
  int x = m.input("x", {5, 7}), first = m.floats("first", {}, {0}), y = m.tensor("y", {3, 3});
  Ints inputs = {x, first, numbers("size", size), numbers("stride", {1, 2}),
                 numbers("dilation", {1, 2})};
  schema::ReduceWindowOptionsT options;
  options.reduce_function = function;
  m.op(BuiltinOperator::REDUCE_WINDOW, inputs, {y}).builtin_options_2.Set(std::move(options));
  m.output(y);
  return importText(m.bytes());
}

TEST(TfliteReduceWindow, CombinesTheElementsOfEachWindowAndTheFirst) {
  using schema::ReduceWindowFunction;
  std::string text = reduceWindow(ReduceWindowFunction::MAXIMUM, {3, 2});
  size_t count = 0;
  for (size_t at = text.find("graph.maximum"); at != std::string::npos;
       at = text.find("graph.maximum", at + 1))
    ++count;
  EXPECT_EQ(count, 6u) << text;
  EXPECT_THAT(reduceWindow(ReduceWindowFunction::UNSUPPORTED, {3, 2}),
              HasSubstr("a function 0 that the format does not have"));
  EXPECT_THAT(reduceWindow(ReduceWindowFunction::ADD, {3}),
              HasSubstr("a window of 3 over a tensor of shape 5x7"));
}

} // namespace
} // namespace tandem::tflite::test
