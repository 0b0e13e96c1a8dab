// What operators that move values become, and what becomes of shapes.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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

std::string padded(const std::vector<int64_t> &low, const std::vector<int64_t> &gaps) {
  ModelBuilder m;
  int in = m.input("in", {3}), out = m.tensor("out", {4});
  schema::StablehloPadOptionsT options;
  options.edge_padding_low = low;
  options.edge_padding_high = {0};
  options.interior_padding = gaps;
  m.op(BuiltinOperator::STABLEHLO_PAD, {in, m.floats("value", {}, {7})}, {out})
      .builtin_options_2.Set(std::move(options));
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteStablehloPad, PutsGapsBetweenAndCutsOffWhatIsNegative) {
  std::string text = padded({-1}, {1});
  EXPECT_THAT(text, HasSubstr("value 7.000000e+00"));
  EXPECT_THAT(text, HasSubstr("-> tensor<4xf32>"));
  EXPECT_THAT(padded({-6}, {1}), HasSubstr("paddings -6 and 0 of a dimension of 5"));
  EXPECT_THAT(padded({1}, {-1}), HasSubstr("a gap of -1"));
  EXPECT_THAT(padded({1, 1}, {1}), HasSubstr("paddings for another rank than 1"));
}

} // namespace
} // namespace tandem::tflite::test
