// What each operator becomes. The types on the right side follow from the left: the dialect's
// verifier has checked them. Values are compared with TensorFlow's in tests/models.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TensorflowMatMul, TurnsTheRightMatrixUnlessItIsTurnedAlready) {
  GraphBuilder g;
  g.input("x", {1, 2});
  g.floats("w", {2, 3}, counted(6));
  g.floats("v", {4, 3}, counted(12));
  g.op("MatMul", "a", {"x", "w"});
  g.op("MatMul", "b", {"a", "v"}).flag("transpose_b", true);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("dense<[[0.000000e+00, 3.000000e+00], [1.000000e+00"),
                              HasSubstr("(tensor<1x3xf32>, tensor<4x3xf32>) -> tensor<1x4xf32>"),
                              Not(HasSubstr("graph.transpose"))));
}

TEST(TensorflowMatMul, TurnsTheLeftMatrixAtRunTime) {
  GraphBuilder g;
  g.input("x", {2, 5});
  g.floats("w", {2, 3}, counted(6));
  g.op("MatMul", "y", {"x", "w"}).flag("transpose_a", true);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.transpose %arg0 permutation [1, 0]"),
                              HasSubstr("-> tensor<5x3xf32>")));
}

TEST(TensorflowBatchMatMul, RepeatsABatchOfOne) {
  GraphBuilder g;
  g.input("x", {2, 3, 4});
  g.input("y", {2, 5, 4});
  g.input("z", {1, 5, 4});
  g.floats("w", {4, 6}, counted(24));
  g.op("BatchMatMulV2", "a", {"x", "y"}).flag("adj_y", true);
  g.op("BatchMatMulV2", "b", {"x", "w"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.batch_matmul %arg0, %arg1 transpose_rhs : "),
                              HasSubstr("-> tensor<2x3x5xf32>"), HasSubstr("(tensor<6x4xf32>"),
                              HasSubstr("-> (tensor<2x3x5xf32>")));
  g.op("BatchMatMulV2", "c", {"x", "z"}).flag("adj_y", true);
  EXPECT_THAT(g.text(), HasSubstr("graph.tile %arg2 multiples [2, 1, 1]"));
}

TEST(TensorflowEinsum, IsABatchOfMatrixProducts) {
  GraphBuilder g;
  g.input("q", {1, 5, 2, 3});
  g.input("k", {1, 7, 2, 3});
  g.floats("w", {3, 4}, counted(12));
  g.op("Einsum", "scores", {"q", "k"}).string("equation", "aecd, abcd -> acbe");
  g.op("Einsum", "projected", {"q", "w"}).string("equation", "abcd,de->abce");
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("(tensor<2x5x3xf32>, tensor<2x3x7xf32>) -> tensor<2x5x7xf32>"),
                    HasSubstr("tensor<1x2x7x5xf32> {graph.name = \"scores\"}"),
                    HasSubstr("(tensor<10x3xf32>, tensor<4x3xf32>) -> tensor<10x4xf32>"),
                    HasSubstr("tensor<1x5x2x4xf32> {graph.name = \"projected\"}")));
}

TEST(TensorflowEinsum, TakesTheDiagonalOfALetterThatStandsTwice) {
  GraphBuilder g;
  g.input("x", {2, 3, 3});
  g.op("Einsum", "trace", {"x"}).string("equation", "bii->b");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("dense<[[0, 4, 8], [9, 13, 17]]>"),
                              HasSubstr("graph.gather"), HasSubstr("graph.sum")));
  g.op("Einsum", "none", {"x"}).string("equation", "iij->j");
  EXPECT_THAT(g.text(), HasSubstr("'iij' is no diagonal of a tensor of shape 2x3x3"));
}

TEST(TensorflowBiasAdd, AddsToTheChannelsOfEitherFormat) {
  GraphBuilder g;
  g.input("x", {1, 3, 4, 5});
  g.floats("b", {3}, {1, 2, 3});
  g.op("BiasAdd", "y", {"x", "b"}).string("data_format", "NCHW");
  EXPECT_THAT(g.text(), HasSubstr("(tensor<1x4x5x3xf32>, tensor<3xf32>) -> tensor<1x4x5x3xf32>"));
}

TEST(TensorflowFusedBatchNorm, TakesStatisticsOrThoseOfTheImages) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 3});
  for (const char *name : {"scale", "offset", "mean", "variance"})
    g.floats(name, {3}, {1, 2, 3});
  g.op("FusedBatchNormV3", "y", {"x", "scale", "offset", "mean", "variance"})
      .flag("is_training", false)
      .number("epsilon", 0.5f);
  EXPECT_THAT(g.text(), HasSubstr("graph.batch_norm %arg0, %0, %1, %2, %3 epsilon 5.000000e-01"));
  GraphBuilder training;
  training.input("x", {1, 2, 2, 3});
  training.floats("p", {3}, {1, 2, 3});
  training.op("FusedBatchNorm", "y", {"x", "p", "p", "p", "p"});
  EXPECT_THAT(training.text(), AllOf(HasSubstr("graph.mean"), Not(HasSubstr("graph.batch_norm"))));
}

TEST(TensorflowReductions, CountDimensionsFromEitherEnd) {
  GraphBuilder g;
  g.input("x", {2, 3, 4, 5});
  g.ints("axes", {-2, 1});
  g.ints("none", std::vector<int32_t>{});
  g.op("Mean", "a", {"x", "axes"}).flag("keep_dims", true);
  g.op("Max", "b", {"x", "axes"});
  g.op("Sum", "c", {"x", "none"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.mean %arg0 axes [1, 2] keep_dims"),
                              HasSubstr("graph.reduce_max %arg0 axes [1, 2] :"),
                              Not(HasSubstr("graph.sum"))));
}

TEST(TensorflowArgMax, HasTheTypeAskedFor) {
  GraphBuilder g;
  g.input("x", {2, 3});
  g.scalar("axis", -1);
  g.op("ArgMax", "y", {"x", "axis"}).type("output_type", DataType::kInt32);
  EXPECT_THAT(g.text(),
              HasSubstr("graph.arg_max %arg0 axis 1 : (tensor<2x3xf32>) -> tensor<2xi32>"));
}

TEST(TensorflowActivations, AreOneOpWhereThereIsOne) {
  GraphBuilder g;
  g.input("x", {1, 4});
  for (const char *op :
       {"Relu", "Relu6", "Sigmoid", "Tanh", "Exp", "Rsqrt", "Neg", "Softmax", "LogSoftmax", "Elu"})
    g.op(op, op, {"x"});
  g.op("LeakyRelu", "leaky", {"x"}).number("alpha", 0.25f);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.relu %"), HasSubstr("graph.relu6 %"),
                              HasSubstr("graph.sigmoid"), HasSubstr("graph.tanh"),
                              HasSubstr("graph.exp"), HasSubstr("graph.rsqrt"),
                              HasSubstr("graph.neg"), HasSubstr("graph.softmax %arg0 axis 1"),
                              HasSubstr("graph.log_softmax %arg0 axis 1"), HasSubstr("graph.elu"),
                              HasSubstr("graph.leaky_relu %arg0 alpha 2.500000e-01")));
}

TEST(TensorflowPow, UsesWhatIsThereForKnownExponents) {
  GraphBuilder g;
  g.input("x", {1, 4});
  g.floats("two", {}, {2});
  g.floats("third", {}, {1.0f / 3});
  g.op("Pow", "a", {"x", "two"});
  g.op("Pow", "b", {"x", "third"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.mul %arg0, %arg0"), HasSubstr("graph.pow %arg0")));
}

TEST(TensorflowFloorDiv, IsOneOpOfIntegersAsWell) {
  GraphBuilder g;
  g.input("x", {2}, DataType::kInt32);
  g.ints("two", {2, 2});
  g.op("FloorDiv", "y", {"x", "two"});
  EXPECT_THAT(g.text(), HasSubstr("graph.floor_div %arg0"));
}

TEST(TensorflowConcat, HasItsDimensionFirstOrLast) {
  GraphBuilder g;
  g.input("x", {1, 2});
  g.scalar("one", 1);
  g.op("ConcatV2", "a", {"x", "x", "one"});
  g.op("Concat", "b", {"one", "x", "a"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.concat %arg0, %arg0 axis 1"),
                              HasSubstr("-> tensor<1x6xf32>")));
}

TEST(TensorflowPack, PutsInADimension) {
  GraphBuilder g;
  g.input("x", {2, 3});
  g.op("Pack", "y", {"x", "x"}).integer("axis", -1);
  EXPECT_THAT(g.text(), HasSubstr("axis 2 : (tensor<2x3x1xf32>, tensor<2x3x1xf32>) -> "
                                  "tensor<2x3x2xf32>"));
}

TEST(TensorflowSplits, GiveSeveralResults) {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.scalar("axis", 1);
  g.ints("sizes", {1, -1, 2});
  g.op("Split", "equal", {"axis", "x"}).integer("num_split", 2);
  g.op("SplitV", "sized", {"x", "sizes", "axis"});
  g.op("Unpack", "rows", {"x"}).integer("num", 2);
  g.op("Relu", "used", {"equal:1"});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("begin [0, 3] size [2, 3]"), HasSubstr("begin [0, 1] size [2, 3]"),
                    HasSubstr("begin [1, 0] size [1, 6]"), HasSubstr("graph.name = \"sized\"}"),
                    HasSubstr("graph.name = \"sized:2\"}"), HasSubstr("graph.name = \"rows:1\"}"),
                    HasSubstr("tensor<6xf32> {graph.name = \"rows\"}")));
}

TEST(TensorflowStridedSlice, FollowsAllItsMasks) {
  GraphBuilder g;
  g.input("x", {2, 3, 4, 5});
  g.ints("begin", {1, 0, 9, -1}); // x[1, tf.newaxis, ..., ::-1]
  g.ints("end", {2, 0, 9, 0});
  g.ints("stride", {1, 1, 1, -1});
  g.op("StridedSlice", "y", {"x", "begin", "end", "stride"})
      .integer("shrink_axis_mask", 1)
      .integer("new_axis_mask", 2)
      .integer("ellipsis_mask", 4)
      .integer("begin_mask", 8)
      .integer("end_mask", 8);
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("begin [1, 0, 0, 4] size [1, 3, 4, 5] strides [1, 1, 1, -1]"),
                    HasSubstr("-> tensor<1x3x4x5xf32>")));
}

TEST(TensorflowSlice, TakesAllThatIsLeft) {
  GraphBuilder g;
  g.input("x", {4, 5});
  g.ints("begin", {1, 2});
  g.ints("size", {2, -1});
  g.op("Slice", "y", {"x", "begin", "size"});
  EXPECT_THAT(g.text(), HasSubstr("begin [1, 2] size [2, 3] strides [1, 1]"));
}

TEST(TensorflowPads, AreZeroAValueOrAMirror) {
  GraphBuilder g;
  g.input("x", {1, 4});
  g.ints("pads", {2, 2}, {0, 0, 2, 1});
  g.floats("seven", {}, {7});
  g.op("Pad", "a", {"x", "pads"});
  g.op("PadV2", "b", {"x", "pads", "seven"});
  g.op("MirrorPad", "c", {"x", "pads"}).string("mode", "REFLECT");
  g.op("MirrorPad", "d", {"x", "pads"}).string("mode", "SYMMETRIC");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.pad %arg0 low [0, 2] high [0, 1] :"),
                              HasSubstr("high [0, 1] value 7.000000e+00"),
                              HasSubstr("graph.mirror_pad %arg0 low [0, 2] high [0, 1] :"),
                              HasSubstr("low [0, 2] high [0, 1] symmetric")));
  g.ints("many", {2, 2}, {0, 0, 4, 0});
  g.op("MirrorPad", "e", {"x", "many"}).string("mode", "REFLECT");
  EXPECT_THAT(g.text(),
              ::testing::StartsWith(
                  "error: node 'e' (MirrorPad): dimension 1 has 3 elements to mirror, not 4"));
}

TEST(TensorflowShapes, ChangeByKnownNumbers) {
  GraphBuilder g;
  g.input("x", {1, 4, 1, 3});
  g.ints("shape", {-1, 3});
  g.scalar("two", 2);
  g.ints("permutation", {0, 3, 1, 2});
  g.op("Reshape", "a", {"x", "shape"});
  g.op("Squeeze", "b", {"x"}).list("squeeze_dims", {-2});
  g.op("ExpandDims", "c", {"x", "two"});
  g.op("Transpose", "d", {"x", "permutation"});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("-> tensor<4x3xf32>"), HasSubstr("-> tensor<1x4x3xf32>"),
                    HasSubstr("-> tensor<1x4x1x1x3xf32>"), HasSubstr("-> tensor<1x3x4x1xf32>")));
}

TEST(TensorflowTile, IsCopiesSideBySide) {
  GraphBuilder g;
  g.input("x", {1, 2});
  g.ints("counts", {3, 1});
  g.ints("shape", {4, 1, 2});
  g.op("Tile", "a", {"x", "counts"});
  g.op("BroadcastTo", "b", {"x", "shape"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.tile %arg0 multiples [3, 1]"),
                              HasSubstr("-> tensor<4x1x2xf32>")));
}

TEST(TensorflowGather, IsASliceOrSeveral) {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.scalar("one", 1);
  g.scalar("three", 3);
  g.ints("even", {5, 3, 1});
  g.ints("odd", {0, 4, 1});
  g.op("GatherV2", "a", {"x", "three", "one"});
  g.op("GatherV2", "b", {"x", "even", "one"});
  g.op("GatherV2", "c", {"x", "odd", "one"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("begin [0, 3] size [2, 1]"),
                              HasSubstr("tensor<2xf32> {graph.name = \"a\"}"),
                              HasSubstr("begin [0, 5] size [2, 3] strides [1, -2]"),
                              HasSubstr("begin [0, 0] size [2, 2] strides [1, 4]"),
                              HasSubstr("tensor<2x3xf32> {graph.name = \"c\"}")));
}

TEST(TensorflowSelection, IsDoneAtRunTime) {
  GraphBuilder g;
  g.input("x", {2, 6});
  g.input("places", {3}, DataType::kInt32);
  g.scalar("one", 1);
  g.scalar("two", 2);
  g.floats("zero", {}, {0});
  g.op("Greater", "positive", {"x", "zero"});
  g.op("SelectV2", "chosen", {"positive", "x", "zero"});
  g.op("GatherV2", "gathered", {"chosen", "places", "one"});
  g.op("TopKV2", "best", {"gathered", "two"});
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("graph.greater %arg0"), HasSubstr("graph.select"),
                    HasSubstr("axis 1 : (tensor<2x6xf32>, tensor<3xi32>) -> tensor<2x3xf32>"),
                    HasSubstr("graph.top_k_values")));
}

std::string chosenBoxes(int most, float overlap, bool isPadded) {
  GraphBuilder g;
  g.input("boxes", {600, 4});
  g.input("scores", {600});
  g.scalar("most", most);
  g.floats("overlap", {}, {overlap});
  g.floats("least", {}, {-std::numeric_limits<float>::infinity()});
  g.op("NonMaxSuppressionV4", "y", {"boxes", "scores", "most", "overlap", "least"})
      .flag("pad_to_max_output_size", isPadded);
  return g.text();
}

TEST(TensorflowNonMaxSuppression, HasAResultOfKnownSize) {
  EXPECT_THAT(chosenBoxes(3, 0.5f, true), HasSubstr("-> (tensor<3xi32> {graph.name = \"y\"}"));
  EXPECT_THAT(chosenBoxes(3, 0.5f, false),
              HasSubstr("without 'pad_to_max_output_size' the size of its result depends on data"));
  EXPECT_THAT(chosenBoxes(201, 0.5f, true), HasSubstr("201 boxes, expected 1 to 200"));
  EXPECT_THAT(chosenBoxes(0, 0.5f, true), HasSubstr("0 boxes, expected 1 to 200"));
  EXPECT_THAT(chosenBoxes(3, 1.5f, true), HasSubstr("overlaps is not between 0 and 1"));
}

TEST(TensorflowNonMaxSuppression, OfClassesFitsTheirBoxes) {
  auto combined = [](int64_t boxesEach) {
    GraphBuilder g;
    g.input("boxes", {2, 6, boxesEach, 4});
    g.input("scores", {2, 6, 3});
    g.scalar("most", 2);
    g.floats("half", {}, {0.5f});
    g.op("CombinedNonMaxSuppression", "y", {"boxes", "scores", "most", "most", "half", "half"});
    return g.text();
  };
  EXPECT_THAT(combined(3), HasSubstr("tensor<2x2x4xf32>"));
  EXPECT_THAT(combined(2), HasSubstr("boxes of shape 2x6x2x4 with scores of shape 2x6x3"));
}

TEST(TensorflowAtan2, IsTheAngleOfAPoint) {
  GraphBuilder g;
  g.input("b", {2});
  g.input("a", {2});
  g.op("Atan2", "y", {"b", "a"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.div %arg0, %arg1"), HasSubstr("graph.atan")));
}

TEST(TensorflowHalves, AreComputedInF32AndNarrowed) {
  for (DataType type : {DataType::kHalf, DataType::kBfloat16}) {
    std::string half = type == DataType::kHalf ? "xf16>" : "xbf16>";
    GraphBuilder g;
    g.input("x", {2}, type);
    g.constant("three", type, {}).add_half_val(0x4200);
    g.op("Mul", "triple", {"x", "three"}).type("T", type);
    g.op("Neg", "y", {"triple"}).type("T", type);
    EXPECT_THAT(g.text(),
                AllOf(HasSubstr("graph.cast %arg0 : (tensor<2" + half + ") -> tensor<2xf32>"),
                      HasSubstr("-> (tensor<2" + half + " {graph.name = \"y\"})"),
                      Not(HasSubstr("graph.mul %arg0"))));
  }
}

TEST(TensorflowHalves, KeepWhatAnOperatorMakesOfThem) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 1}, DataType::kHalf);
  g.ints("size", {4, 4});
  g.op("ResizeBilinear", "large", {"x", "size"}).type("T", DataType::kHalf);
  g.op("Equal", "same", {"x", "x"}).type("T", DataType::kHalf);
  g.op("Cast", "float", {"x"}).type("SrcT", DataType::kHalf).type("DstT", DataType::kFloat);
  EXPECT_THAT(g.text(), AllOf(HasSubstr("tensor<1x4x4x1xf32> {graph.name = \"large\"}"),
                              HasSubstr("tensor<1x2x2x1xi1> {graph.name = \"same\"}"),
                              HasSubstr("tensor<1x2x2x1xf32> {graph.name = \"float\"}")));
}

TEST(TensorflowCast, ChangesTheType) {
  GraphBuilder g;
  g.input("x", {2}, DataType::kUint8);
  g.op("Cast", "y", {"x"}).type("DstT", DataType::kFloat);
  EXPECT_THAT(g.text(), HasSubstr("graph.cast %arg0 : (tensor<2xui8>) -> tensor<2xf32>"));
}

} // namespace
} // namespace tandem::tensorflow::test
