// What comparisons, selections and the operators that repeat or regroup elements become.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(TfliteComparison, GivesTruthsThatLogicAndSelectTake) {
  ModelBuilder m;
  int a = m.input("a", {2, 3}), b = m.input("b", {3});
  int less = m.tensor("less", {2, 3}, TensorType::BOOL);
  int isNot = m.tensor("not", {2, 3}, TensorType::BOOL),
      both = m.tensor("both", {2, 3}, TensorType::BOOL);
  int out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::LESS, {a, b}, {less});
  m.op(BuiltinOperator::LOGICAL_NOT, {less}, {isNot});
  m.op(BuiltinOperator::LOGICAL_AND, {less, isNot}, {both});
  m.op(BuiltinOperator::SELECT_V2, {both, a, b}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("%0 = graph.less %arg0, %arg1 : (tensor<2x3xf32>, tensor<3xf32>) -> "
                              "tensor<2x3xi1>"),
                    HasSubstr("%1 = graph.logical_not %0 :"),
                    HasSubstr("%2 = graph.logical_and %0, %1 :"),
                    HasSubstr("graph.select %2, %arg0, %arg1 : (tensor<2x3xi1>, tensor<2x3xf32>, "
                              "tensor<3xf32>) -> tensor<2x3xf32>")));
}

TEST(TfliteSelect, AConditionOfRankOneChoosesRows) {
  ModelBuilder m;
  int rows = m.input("rows", {2}, TensorType::BOOL), a = m.input("a", {2, 3}),
      b = m.input("b", {2, 3});
  int out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::SELECT, {rows, a, b}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.reshape %arg0 shape [2, 1] :"),
                                           HasSubstr("graph.select %0, %arg1, %arg2 :")));
}

ModelBuilder gather(const Ints &indices, int axis, int batchDims = 0) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), out = m.tensor("out", {2, 2});
  schema::GatherOptionsT options;
  options.axis = axis;
  options.batch_dims = batchDims;
  m.op(BuiltinOperator::GATHER, {in, m.ints("indices", indices)}, {out}, options);
  m.output(out);
  return m;
}

TEST(TfliteGather, CountsItsAxisFromTheFront) {
  EXPECT_THAT(importText(gather({2, 0}, -1).bytes()),
              HasSubstr("graph.gather %arg0, %0 axis 1 : (tensor<2x3xf32>, tensor<2xi32>) -> "
                        "tensor<2x2xf32>"));
}

TEST(TfliteGather, RefusesIndicesOutside) {
  EXPECT_EQ(importText(gather({2, 3}, 1).bytes()),
            "error: node 'out' (GATHER): index 3 in a dimension of 3");
  EXPECT_EQ(importText(gather({-1, 0}, 1).bytes()),
            "error: node 'out' (GATHER): index -1 in a dimension of 3");
}

TEST(TfliteGather, ReadsEachBatchEntryByItsOwnIndices) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), out = m.tensor("out", {2, 2});
  schema::GatherOptionsT options;
  options.axis = options.batch_dims = 1;
  int indices = m.constant<int32_t>("indices", {2, 2}, TensorType::INT32, {2, 0, 1, 1});
  m.op(BuiltinOperator::GATHER, {in, indices}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.reshape %arg0 shape [6] :"),
                                           HasSubstr("dense<[[2, 0], [4, 4]]> : tensor<2x2xi32>"),
                                           HasSubstr("-> tensor<2x2xf32>")));
  EXPECT_EQ(
      importText(gather({0, 0}, 1, 2).bytes()),
      "error: node 'out' (GATHER): 2 batch dimensions of indices of rank 1 along dimension 1");
}

TEST(TfliteGatherNd, ReadsWhatRowsOfIndicesName) {
  ModelBuilder m;
  int in = m.input("in", {2, 3, 4}), out = m.tensor("out", {2, 4});
  int indices = m.constant<int32_t>("indices", {2, 2}, TensorType::INT32, {0, 2, 1, 0});
  m.op(BuiltinOperator::GATHER_ND, {in, indices}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.reshape %arg0 shape [6, 4] :"),
                    HasSubstr("dense<[2, 3]> : tensor<2xi32>"), HasSubstr("-> tensor<2x4xf32>")));
}

TEST(TfliteScatterNd, AddsUpWhatMeets) {
  ModelBuilder m;
  int updates = m.input("updates", {3}), out = m.tensor("out", {4});
  int places = m.constant<int32_t>("places", {3, 1}, TensorType::INT32, {1, 3, 1});
  m.op(BuiltinOperator::SCATTER_ND, {places, updates, m.ints("shape", {4})}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("dense<[[1], [3], [1]]>"),
                                           HasSubstr("graph.scatter"), HasSubstr("reduction add")));
  ModelBuilder wrong;
  updates = wrong.input("updates", {1});
  out = wrong.tensor("out", {4});
  places = wrong.constant<int32_t>("places", {1, 1}, TensorType::INT32, {4});
  wrong.op(BuiltinOperator::SCATTER_ND, {places, updates, wrong.ints("shape", {4})}, {out});
  wrong.output(out);
  EXPECT_EQ(importText(wrong.bytes()),
            "error: node 'out' (SCATTER_ND): an index is outside of shape 4");
}

TEST(TfliteUnsortedSegment, TakesNumbersOfRunTime) {
  ModelBuilder m;
  int data = m.input("data", {3, 2}), out = m.tensor("out", {4, 2});
  int numbers = m.input("numbers", {3}, TensorType::INT32);
  int count = m.constant<int32_t>("count", {}, TensorType::INT32, {4});
  m.op(BuiltinOperator::UNSORTED_SEGMENT_MAX, {data, numbers, count}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("(tensor<4x2xf32>, tensor<3x1xi32>, tensor<3x2xf32>)"),
                    HasSubstr("reduction max"), HasSubstr("dense<-3.40282347E+38>")));
}

TEST(TfliteCumsum, AddsUpInRounds) {
  ModelBuilder m;
  int in = m.input("in", {2, 5}), out = m.tensor("out", {2, 5});
  schema::CumsumOptionsT options;
  options.exclusive = true;
  m.op(BuiltinOperator::CUMSUM, {in, m.ints("axis", {-1})}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.pad"), HasSubstr("low [0, 1]"), HasSubstr("low [0, 4]")));
}

TEST(TfliteReverseSequence, TurnsTheFirstPlacesOfEachEntry) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), out = m.tensor("out", {2, 3});
  schema::ReverseSequenceOptionsT options;
  options.seq_dim = 1;
  m.op(BuiltinOperator::REVERSE_SEQUENCE, {in, m.ints("lengths", {2, 3})}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("dense<[[1, 0, 2], [5, 4, 3]]>"));
}

TEST(TfliteRange, IsKnown) {
  ModelBuilder m;
  auto scalar = [&](const char *name, int32_t value) {
    return m.constant<int32_t>(name, {}, TensorType::INT32, {value});
  };
  int out = m.tensor("out", {4}, TensorType::INT32);
  m.op(BuiltinOperator::RANGE, {scalar("start", 7), scalar("limit", -4), scalar("step", -3)},
       {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("dense<[7, 4, 1, -2]> : tensor<4xi32>"));
}

TEST(TfliteTopK, IsTwoOps) {
  ModelBuilder m;
  int in = m.input("in", {2, 5});
  int values = m.tensor("values", {2, 3}), indices = m.tensor("indices", {2, 3}, TensorType::INT32);
  m.op(BuiltinOperator::TOPK_V2, {in, m.constant<int32_t>("k", {}, TensorType::INT32, {3})},
       {values, indices});
  m.output(values);
  m.output(indices);
  EXPECT_THAT(
      importText(m.bytes()),
      AllOf(HasSubstr("graph.top_k_values %arg0 k 3 : (tensor<2x5xf32>) -> tensor<2x3xf32>"),
            HasSubstr("graph.top_k_indices %arg0 k 3 : (tensor<2x5xf32>) -> "
                      "tensor<2x3xi32>")));
}

TEST(TfliteFill, RepeatsOneElement) {
  ModelBuilder m;
  int value = m.input("value", {}), out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::FILL, {m.ints("shape", {2, 3}), value}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.reshape %arg0 shape [1, 1] :"),
                                           HasSubstr("graph.tile %0 multiples [2, 3] :")));
}

TEST(TfliteBroadcastTo, AlignsAtTheLastDimension) {
  ModelBuilder m;
  int in = m.input("in", {3, 1}), out = m.tensor("out", {2, 3, 4});
  m.op(BuiltinOperator::BROADCAST_TO, {in, m.ints("shape", {2, 3, 4})}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("graph.reshape %arg0 shape [1, 3, 1] :"),
                                           HasSubstr("graph.tile %0 multiples [2, 1, 4] :")));
  ModelBuilder wrong;
  in = wrong.input("in", {3});
  out = wrong.tensor("out", {4});
  wrong.op(BuiltinOperator::BROADCAST_TO, {in, wrong.ints("shape", {4})}, {out});
  wrong.output(out);
  EXPECT_EQ(importText(wrong.bytes()),
            "error: node 'out' (BROADCAST_TO): a dimension of 3 does not become 4");
}

TEST(TfliteMirrorPad, KeepsItsMode) {
  for (auto [mode, text] : {std::pair{schema::MirrorPadMode::REFLECT, "high [0, 1] :"},
                            {schema::MirrorPadMode::SYMMETRIC, "high [0, 1] symmetric :"}}) {
    ModelBuilder m;
    int in = m.input("in", {2, 3}), out = m.tensor("out", {3, 6});
    schema::MirrorPadOptionsT options;
    options.mode = mode;
    m.op(BuiltinOperator::MIRROR_PAD,
         {in, m.constant<int32_t>("pads", {2, 2}, TensorType::INT32, {1, 0, 2, 1})}, {out},
         options);
    m.output(out);
    EXPECT_THAT(importText(m.bytes()),
                HasSubstr(std::string("graph.mirror_pad %arg0 low [1, 2] ") + text));
  }
}

TEST(TfliteBatchBlock, TakesASequenceAsAnImageOfOneColumn) {
  ModelBuilder m;
  int in = m.input("in", {2, 7, 3}), out = m.tensor("out", {6, 3, 3});
  m.op(BuiltinOperator::SPACE_TO_BATCH_ND,
       {in, m.ints("block", {3}), m.constant<int32_t>("pads", {1, 2}, TensorType::INT32, {0, 2})},
       {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.reshape %arg0 shape [2, 7, 1, 3] :"),
                    HasSubstr("graph.space_to_batch %0 block [3, 1] pad_high [2, 0] :"),
                    HasSubstr("graph.reshape %1 shape [6, 3, 3] :")));
}

TEST(TfliteStack, PacksAndUnpacks) {
  ModelBuilder m;
  int a = m.input("a", {2, 3}), b = m.input("b", {2, 3}), packed = m.tensor("packed", {2, 3, 2});
  schema::PackOptionsT pack;
  pack.axis = -1;
  pack.values_count = 2;
  m.op(BuiltinOperator::PACK, {a, b}, {packed}, pack);
  int first = m.tensor("first", {3, 2}), second = m.tensor("second", {3, 2});
  schema::UnpackOptionsT unpack;
  unpack.num = 2;
  m.op(BuiltinOperator::UNPACK, {packed}, {first, second}, unpack);
  m.output(first);
  m.output(second);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.reshape %arg0 shape [2, 3, 1] :"),
                    HasSubstr("graph.concat %0, %1 axis 2 :"),
                    HasSubstr("graph.slice %2 begin [1, 0, 0] size [1, 3, 2] strides [1, 1, 1] :"),
                    HasSubstr("shape [3, 2] :")));
}

TEST(TfliteShape, IsKnown) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), shape = m.tensor("shape", {2}, TensorType::INT32);
  int rank = m.tensor("rank", {}, TensorType::INT32);
  m.op(BuiltinOperator::SHAPE, {in}, {shape}, schema::ShapeOptionsT());
  m.op(BuiltinOperator::RANK, {in}, {rank});
  m.output(shape);
  m.output(rank);
  EXPECT_THAT(importText(m.bytes()), AllOf(HasSubstr("dense<[2, 3]> : tensor<2xi32>"),
                                           HasSubstr("dense<2> : tensor<i32>")));
}

TEST(TfliteOneHot, ComparesWithThePlacesAlongTheNewDimension) {
  ModelBuilder m;
  int in = m.input("in", {2}, TensorType::INT32), out = m.tensor("out", {2, 3});
  int depth = m.constant<int32_t>("depth", {}, TensorType::INT32, {3});
  schema::OneHotOptionsT options;
  options.axis = -1;
  m.op(BuiltinOperator::ONE_HOT, {in, depth, m.floats("on", {}, {1}), m.floats("off", {}, {0})},
       {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("dense<[[0, 1, 2]]> : tensor<1x3xi32>"), HasSubstr("graph.equal"),
                    HasSubstr("-> tensor<2x3xi1>"), HasSubstr("graph.select")));
}

TEST(TfliteReverse, IsASliceBackwards) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::REVERSE_V2, {in, m.ints("axes", {-1})}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              HasSubstr("graph.slice %arg0 begin [0, 2] size [2, 3] strides [1, -1] :"));
}

TEST(TfliteNormalization, IsAlongTheLastDimension) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), length = m.tensor("length", {2, 3}),
      out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::L2_NORMALIZATION, {in}, {length}, schema::L2NormOptionsT());
  schema::LocalResponseNormalizationOptionsT options;
  options.radius = 2;
  options.bias = 1;
  options.alpha = 0.5f;
  options.beta = 0.75f;
  m.op(BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, {length}, {out}, options);
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("graph.l2_normalization %arg0 axis 1 :"),
                    HasSubstr("graph.local_response_norm %0 radius 2 bias 1.000000e+00 alpha "
                              "5.000000e-01 beta 7.500000e-01 :")));
}

std::string updated(bool isKnown, const Ints &places) {
  ModelBuilder m;
  int in = m.input("in", {5, 3}), update = m.input("update", {2, 3});
  int begin = isKnown ? m.ints("begin", places) : m.input("begin", {2}, TensorType::INT32);
  int out = m.tensor("out", {5, 3});
  m.op(BuiltinOperator::DYNAMIC_UPDATE_SLICE, {in, update, begin}, {out});
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteDynamicUpdateSlice, ReadsTheUpdateWhereItIsAndKeepsItInside) {
  EXPECT_THAT(updated(true, {9, 0}), // no farther than 3
              AllOf(HasSubstr("dense<[-3, -2, -1, 0, 1]>"), HasSubstr("graph.gather"),
                    HasSubstr("graph.select"), Not(HasSubstr("graph.minimum"))));
  EXPECT_THAT(updated(false, {}), AllOf(HasSubstr("graph.minimum"), HasSubstr("graph.maximum")));
}

TEST(TfliteSegments, LeavesOutNegativeNumbersAndRefusesThoseBeyond) {
  auto sums = [](const Ints &numbers, int segments) {
    ModelBuilder m;
    int in = m.input("in", {3, 2}), out = m.tensor("out", {segments, 2});
    int count = m.constant<int32_t>("count", {}, TensorType::INT32, {segments});
    m.op(BuiltinOperator::UNSORTED_SEGMENT_SUM, {in, m.ints("numbers", numbers), count}, {out});
    m.output(out);
    return importText(m.bytes());
  };
  EXPECT_THAT(sums({1, -1, 0}, 2), HasSubstr("tensor<2x2xf32>"));
  EXPECT_THAT(sums({1, 2, 0}, 2), HasSubstr("a row of segment 2, of 2"));
}

TEST(TfliteSegments, RefusesNumbersThatNoRowsCanHave) {
  auto sums = [](const std::vector<int64_t> &numbers) {
    ModelBuilder m;
    int in = m.input("in", {3, 2}), out = m.tensor("out", {2, 2});
    int ids = m.constant<int64_t>("numbers", {3}, TensorType::INT64, numbers);
    m.op(BuiltinOperator::SEGMENT_SUM, {in, ids}, {out});
    m.output(out);
    return importText(m.bytes());
  };
  EXPECT_THAT(sums({0, 0, 1}), HasSubstr("-> (tensor<2x2xf32>"));
  EXPECT_EQ(sums({0, 0, INT64_MAX}),
            "error: node 'out' (SEGMENT_SUM): a row of segment 9223372036854775807");
  EXPECT_EQ(sums({INT64_MAX, INT64_MIN, 0}),
            "error: node 'out' (SEGMENT_SUM): a row of segment 9223372036854775807");
  EXPECT_EQ(sums({-1, 0, 1}), "error: node 'out' (SEGMENT_SUM): a row of segment -1");
  EXPECT_EQ(sums({0, 2, 2}), "error: node 'out' (SEGMENT_SUM): segment 2 follows segment 0");
  int64_t large = (int64_t(1) << 34) - 1;
  EXPECT_EQ(sums({large, large, large}),
            "error: node 'out' (SEGMENT_SUM): segments of shape 17179869184x2");
}

TEST(TfliteDiagonal, SelectsAlongTheShorterSide) {
  ModelBuilder m;
  int in = m.input("in", {2, 3}), diagonal = m.input("diagonal", {2}),
      out = m.tensor("out", {2, 3});
  m.op(BuiltinOperator::MATRIX_SET_DIAG, {in, diagonal}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()),
              AllOf(HasSubstr("dense<[[true, false, false], [false, true, false]]>"),
                    HasSubstr("graph.reshape %arg1 shape [2, 1]")));
}

TEST(TfliteSparseToDense, RefusesPlacesOutside) {
  ModelBuilder m;
  int value = m.input("value", {}), out = m.tensor("out", {4});
  m.op(BuiltinOperator::SPARSE_TO_DENSE,
       {m.ints("places", {1, 4}), m.ints("shape", {4}), value, m.floats("other", {}, {7})}, {out});
  m.output(out);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("an index is outside of shape 4"));
}

} // namespace
} // namespace tandem::tflite::test
