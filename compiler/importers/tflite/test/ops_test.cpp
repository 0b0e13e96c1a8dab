// What each operator becomes. The types on the right side follow from the left: the dialect's
// verifier has checked them.

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
using testing::Not;

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

TEST(TfliteConv2d, HybridKeepsTheCodesOfTheFilter) {
  ModelBuilder m;
  int in = m.input("in", {1, 1, 1, 1});
  int w = m.constant<int8_t>("w", {1, 1, 1, 1}, TensorType::INT8, {5}, {{0.5f}, {0}});
  int b = m.floats("b", {1}, {1.0f}), out = m.tensor("out", {1, 1, 1, 1});
  schema::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::CONV_2D, {in, w, b}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("(tensor<1x1x1x1xf32>, tensor<1x1x1x1x!quant.uniform<i8:f32, "
                        "5.000000e-01>>, tensor<1xf32>) -> tensor<1x1x1x1xf32>"));
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

TEST(TfliteFullyConnected, TakesRowsOfTheFiltersLength) {
  for (bool keep : {false, true}) {
    ModelBuilder m;
    int in = m.input("in", {2, 3, 4}), w = m.floats("w", {5, 4}, zeros(20));
    int out = m.tensor("out", {6, 5});
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

TEST(TfliteArithmetic, BroadcastsAndActivates) {
  ModelBuilder m;
  int lhs = m.input("a", {2, 3}), rhs = m.input("b", {3}), out = m.tensor("out", {2, 3});
  schema::SubOptionsT options;
  options.fused_activation_function = ActivationFunctionType::RELU_N1_TO_1;
  m.op(BuiltinOperator::SUB, {lhs, rhs}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.sub %arg0, %arg1 activation relu_n1_to_1 :"));
}

struct Simple {
  BuiltinOperator op;
  int inputs;
  std::string expected;
};
void PrintTo(const Simple &simple, std::ostream *out) {
  *out << simple.expected;
}

class TfliteSimple : public testing::TestWithParam<Simple> {};

TEST_P(TfliteSimple, BecomesTheOpOfThatName) {
  ModelBuilder m;
  Ints inputs;
  for (int i = 0; i < GetParam().inputs; ++i)
    inputs.push_back(m.input("in" + std::to_string(i), {2, 3}));
  int out = m.tensor("out", {2, 3});
  m.op(GetParam().op, inputs, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Elementwise, TfliteSimple,
    testing::Values(Simple{BuiltinOperator::ADD, 2, "graph.add %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MUL, 2, "graph.mul %arg0, %arg1 :"},
                    Simple{BuiltinOperator::DIV, 2, "graph.div %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MAXIMUM, 2, "graph.maximum %arg0, %arg1 :"},
                    Simple{BuiltinOperator::MINIMUM, 2, "graph.minimum %arg0, %arg1 :"},
                    Simple{BuiltinOperator::POW, 2, "graph.pow %arg0, %arg1 :"},
                    Simple{BuiltinOperator::SQUARED_DIFFERENCE, 2,
                           "graph.squared_difference %arg0, %arg1 :"},
                    Simple{BuiltinOperator::PRELU, 2, "graph.prelu %arg0, %arg1 :"},
                    Simple{BuiltinOperator::RELU, 1, "graph.relu %arg0 :"},
                    Simple{BuiltinOperator::RELU6, 1, "graph.relu6 %arg0 :"},
                    Simple{BuiltinOperator::RELU_N1_TO_1, 1, "graph.relu_n1_to_1 %arg0 :"},
                    Simple{BuiltinOperator::LOGISTIC, 1, "graph.sigmoid %arg0 :"},
                    Simple{BuiltinOperator::TANH, 1, "graph.tanh %arg0 :"},
                    Simple{BuiltinOperator::HARD_SWISH, 1, "graph.hard_swish %arg0 :"},
                    Simple{BuiltinOperator::GELU, 1, "graph.gelu %arg0 :"},
                    Simple{BuiltinOperator::ELU, 1, "graph.elu %arg0 :"},
                    Simple{BuiltinOperator::EXP, 1, "graph.exp %arg0 :"},
                    Simple{BuiltinOperator::LOG, 1, "graph.log %arg0 :"},
                    Simple{BuiltinOperator::SQRT, 1, "graph.sqrt %arg0 :"},
                    Simple{BuiltinOperator::RSQRT, 1, "graph.rsqrt %arg0 :"},
                    Simple{BuiltinOperator::ABS, 1, "graph.abs %arg0 :"},
                    Simple{BuiltinOperator::NEG, 1, "graph.neg %arg0 :"},
                    Simple{BuiltinOperator::FLOOR, 1, "graph.floor %arg0 :"},
                    Simple{BuiltinOperator::LOG_SOFTMAX, 1, "graph.log_softmax %arg0 axis 1 :"}));

TEST(TfliteOptions, ReachTheAttributes) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), a = m.tensor("a", {2, 3}), b = m.tensor("b", {2, 3});
  schema::LeakyReluOptionsT leaky;
  leaky.alpha = 0.25f;
  m.op(BuiltinOperator::LEAKY_RELU, {in}, {a}, leaky);
  schema::SoftmaxOptionsT softmax;
  softmax.beta = 2.0f;
  m.op(BuiltinOperator::SOFTMAX, {a}, {b}, softmax);
  m.output(b);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.leaky_relu %arg0 alpha 2.500000e-01 :"),
                    HasSubstr("graph.softmax %0 axis 1 beta 2.000000e+00 :")));
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

TEST(TfliteReduction, CountsDimensionsFromTheFront) {
  ModelBuilder m;
  int in = m.input("in", {2, 3, 4}), axes = m.ints("axes", {-1, 1, 2}),
      out = m.tensor("out", {2, 1, 1});
  schema::ReducerOptionsT options;
  options.keep_dims = true;
  m.op(BuiltinOperator::MEAN, {in, axes}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.mean %arg0 axes [1, 2] keep_dims :"));
}

TEST(TfliteArgMax, TakesItsTypeFromTheResult) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), axis = m.ints("axis", {-1});
  int out = m.tensor("out", {2}, TensorType::INT64);
  m.op(BuiltinOperator::ARG_MAX, {in, axis}, {out}, schema::ArgMaxOptionsT());
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.arg_max %arg0 axis 1 : (tensor<2x3xf32>) -> tensor<2xi64>"));
}

TEST(TfliteReshape, ResolvesTheOpenDimension) {
  ModelBuilder m;
  int in = m.input("in", {2, 6}), shape = m.ints("shape", {3, -1}), a = m.tensor("a", {3, 4});
  m.op(BuiltinOperator::RESHAPE, {in, shape}, {a});
  int b = m.tensor("b", {1, 3, 4}), axis = m.ints("axis", {0}), c = m.tensor("c", {3, 4});
  m.op(BuiltinOperator::EXPAND_DIMS, {a, axis}, {b});
  m.op(BuiltinOperator::SQUEEZE, {b}, {c});
  m.output(b);
  m.output(c);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.reshape %arg0 shape [3, 4] :"),
                                           HasSubstr("graph.reshape %0 shape [1, 3, 4] :"),
                                           HasSubstr("graph.reshape %1 shape [3, 4] :")));
}

TEST(TfliteReshape, OldFilesHaveTheShapeAsAnOption) {
  ModelBuilder m;
  int in = m.input("in", {2, 6}), out = m.tensor("out", {12});
  schema::ReshapeOptionsT options;
  options.new_shape = {-1};
  m.op(BuiltinOperator::RESHAPE, {in}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.reshape %arg0 shape [12] :"));
}

TEST(TfliteDataMovement, ConstantOperandsBecomeAttributes) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), turned = m.tensor("turned", {3, 2});
  m.op(BuiltinOperator::TRANSPOSE, {in, m.ints("permutation", {1, 0})}, {turned});
  int joined = m.tensor("joined", {3, 4});
  schema::ConcatenationOptionsT concatenation;
  concatenation.axis = -1;
  m.op(BuiltinOperator::CONCATENATION, {turned, turned}, {joined}, concatenation);
  int padded = m.tensor("padded", {4, 6});
  m.op(BuiltinOperator::PAD,
       {joined, m.constant<int32_t>("pads", {2, 2}, TensorType::INT32, {1, 0, 0, 2})}, {padded});
  int sliced = m.tensor("sliced", {4, 3});
  m.op(BuiltinOperator::SLICE, {padded, m.ints("begin", {0, 3}), m.ints("size", {4, -1})},
       {sliced});
  m.output(sliced);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.transpose %arg0 permutation [1, 0] :"),
                    HasSubstr("graph.concat %0, %0 axis 1 :"),
                    HasSubstr("graph.pad %1 low [1, 0] high [0, 2] :"),
                    HasSubstr("graph.slice %2 begin [0, 3] size [4, 3] strides [1, 1] :")));
}

TEST(TflitePadV2, ReadsAValueInCodes) {
  ModelBuilder m;
  Codes codes = {{0.5f}, {10}};
  int in = m.input("in", {2}, TensorType::UINT8, codes);
  int pads = m.constant<int32_t>("pads", {1, 2}, TensorType::INT32, {0, 1});
  int value = m.constant<uint8_t>("value", {}, TensorType::UINT8, {14}, codes);
  int out = m.tensor("out", {3}, TensorType::UINT8, codes);
  m.op(BuiltinOperator::PADV2, {in, pads, value}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("low [0] high [1] value 2.000000e+00 :"));
}

TEST(TfliteStridedSlice, FollowsPythonsRules) {
  ModelBuilder m;
  int in = m.input("in", {4, 5, 6}), out = m.tensor("out", {3, 2});
  schema::StridedSliceOptionsT options;
  options.begin_mask = 4;       // the third from its end, backwards
  options.end_mask = 2;         // the second to its end
  options.shrink_axis_mask = 1; // the first at -1
  m.op(BuiltinOperator::STRIDED_SLICE,
       {in, m.ints("begin", {-1, 2, 0}), m.ints("end", {0, 0, 1}), m.ints("strides", {1, 1, -2})},
       {out}, options);
  m.output(out);
  // 5, 3 of 6: the end at 1 is left out
  EXPECT_THAT(
      importText(m.bytes()),
      AllOf(HasSubstr("graph.slice %arg0 begin [3, 2, 5] size [1, 3, 2] strides [1, 1, -2]"),
            HasSubstr("graph.reshape %0 shape [3, 2] :")));
}

TEST(TfliteSplit, EveryOutputIsASlice) {
  ModelBuilder m;
  int axis = m.ints("axis", {1}), in = m.input("in", {2, 6});
  int a = m.tensor("a", {2, 3}), b = m.tensor("b", {2, 3});
  m.op(BuiltinOperator::SPLIT, {axis, in}, {a, b}, schema::SplitOptionsT());
  int c = m.tensor("c", {2, 1}), d = m.tensor("d", {2, 5});
  m.op(BuiltinOperator::SPLIT_V, {in, m.ints("sizes", {1, -1}), axis}, {c, d},
       schema::SplitVOptionsT());
  for (int out : {a, b, c, d})
    m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("begin [0, 0] size [2, 3]"), HasSubstr("begin [0, 3] size [2, 3]"),
                    HasSubstr("begin [0, 0] size [2, 1]"), HasSubstr("begin [0, 1] size [2, 5]")));
}

TEST(TfliteResize, KeepsTheKindOfGrid) {
  ModelBuilder m;
  int in = m.input("in", {1, 2, 2, 1}), size = m.ints("size", {4, 6});
  int a = m.tensor("a", {1, 4, 6, 1}), b = m.tensor("b", {1, 4, 6, 1});
  schema::ResizeBilinearOptionsT bilinear;
  bilinear.half_pixel_centers = true;
  m.op(BuiltinOperator::RESIZE_BILINEAR, {in, size}, {a}, bilinear);
  schema::ResizeNearestNeighborOptionsT nearest;
  nearest.align_corners = true;
  m.op(BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, {in, size}, {b}, nearest);
  m.output(a);
  m.output(b);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.resize_bilinear %arg0 size [4, 6] half_pixel_centers :"),
                    HasSubstr("graph.resize_nearest %arg0 size [4, 6] align_corners :")));
}

TEST(TfliteBlock, GoesBothWays) {
  ModelBuilder m;
  int in = m.input("in", {1, 4, 4, 1}), a = m.tensor("a", {1, 2, 2, 4}),
      b = m.tensor("b", {1, 4, 4, 1});
  schema::SpaceToDepthOptionsT down;
  down.block_size = 2;
  m.op(BuiltinOperator::SPACE_TO_DEPTH, {in}, {a}, down);
  schema::DepthToSpaceOptionsT up;
  up.block_size = 2;
  m.op(BuiltinOperator::DEPTH_TO_SPACE, {a}, {b}, up);
  m.output(b);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.space_to_depth %arg0 block 2 :"),
                                           HasSubstr("graph.depth_to_space %0 block 2 :")));
}

TEST(TfliteConversion, BetweenRealAndCodes) {
  ModelBuilder m;
  int in = m.input("in", {2}), q = m.tensor("q", {2}, TensorType::INT8, {{0.5f}, {1}});
  int r = m.tensor("r", {2}), i = m.tensor("i", {2}, TensorType::INT32);
  m.op(BuiltinOperator::QUANTIZE, {in}, {q});
  m.op(BuiltinOperator::DEQUANTIZE, {q}, {r});
  m.op(BuiltinOperator::CAST, {r}, {i});
  m.output(i);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.quantize %arg0 :"), HasSubstr("graph.dequantize %0 :"),
                    HasSubstr("graph.cast %1 : (tensor<2xf32>) -> tensor<2xi32>")));
}

TEST(TfliteConversion, HalfPrecisionWeightsEndAsF32) {
  ModelBuilder m;
  int in = m.input("in", {2});
  int half = m.constant<uint16_t>("half", {2}, TensorType::FLOAT16, {0x3e00, 0xc000});
  int real = m.tensor("real", {2}), out = m.tensor("out", {2});
  m.op(BuiltinOperator::DEQUANTIZE, {half}, {real});
  m.op(BuiltinOperator::ADD, {in, real}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>"),
                    Not(HasSubstr("f16"))));
}

/// The 4x4 matrix of blocks 2x2 from the format's description: rows of blocks dense, columns
/// sparse.
TEST(TfliteDensify, ExpandsBlocks) {
  ModelBuilder m;
  int sparse = m.constant<int8_t>("sparse", {4, 4}, TensorType::INT8,
                                  {1, 0, 0, 4, 2, 3, 0, 0, 5, 0, 0, 6}, {{1.0f}, {0}});
  auto sparsity = std::make_unique<schema::SparsityParametersT>();
  sparsity->traversal_order = {0, 1, 2, 3};
  sparsity->block_map = {0, 1};
  for (int i = 0; i < 4; ++i) {
    auto level = std::make_unique<schema::DimensionMetadataT>();
    level->dense_size = 2;
    sparsity->dim_metadata.push_back(std::move(level));
  }
  schema::Uint8VectorT segments, indices;
  segments.values = {0, 2, 3};
  indices.values = {0, 1, 1};
  sparsity->dim_metadata[1]->format = schema::DimensionType::SPARSE_CSR;
  sparsity->dim_metadata[1]->array_segments.Set(segments);
  sparsity->dim_metadata[1]->array_indices.Set(indices);
  m.at(sparse).sparsity = std::move(sparsity);
  int dense = m.tensor("dense", {4, 4}, TensorType::INT8, {{1.0f}, {0}}),
      out = m.tensor("out", {4, 4});
  m.op(BuiltinOperator::DENSIFY, {sparse}, {dense});
  m.op(BuiltinOperator::DEQUANTIZE, {dense}, {out});
  m.output(dense);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("dense<[[1, 0, 2, 3], [0, 4, 0, 0], [0, 0, 5, 0], "
                                               "[0, 0, 0, 6]]> : tensor<4x4xi8>"));
}

TEST(TfliteShapes, AFixedShapeReplacesTheFiles) {
  ModelBuilder m;
  int in = m.input("in", {1, 1, 1, 2}), out = m.tensor("out", {1, 1, 1, 2});
  m.at(in).shape_signature = {-1, -1, -1, 2};
  m.op(BuiltinOperator::RELU, {in}, {out});
  m.output(out);
  ImportOptions options;
  options.shapes["in"] = {2, 8, 9, 2};
  EXPECT_THAT(importText(m.bytes(), options), HasSubstr("-> (tensor<2x8x9x2xf32>"));
}

} // namespace
} // namespace tandem::tflite::test
