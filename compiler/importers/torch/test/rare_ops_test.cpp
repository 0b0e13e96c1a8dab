// What single operators become that few models have. That they compute what PyTorch does is held by
// tests/models/check_torch_operators.py.
#include "compiler/importers/torch/test/program_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// One operator of x.
std::string imported(const std::string &target, const Json &arguments, const Ints &shape,
                     const Ints &result, ScalarType type = ScalarType::kFloat) {
  ProgramBuilder p;
  p.input("x", shape);
  Json all = arguments;
  all["self"] = tensor("x");
  p.node(target, all, "y", result, type);
  return p.text();
}

Json blocks(const Ints &kernel, const Ints &stride) {
  return {{"kernel_size", ints(kernel)},
          {"dilation", ints({1, 1})},
          {"padding", ints({0, 0})},
          {"stride", ints(stride)}};
}

TEST(TorchIm2col, IsASliceForEachElementOfABlock) {
  std::string text = imported("im2col.default", blocks({2, 1}, {2, 2}), {1, 3, 4, 5}, {1, 6, 6});
  EXPECT_EQ(countOf(text, "graph.slice"), 4) << text; // rows, then columns of each
  EXPECT_THAT(imported("im2col.default", blocks({5, 1}, {2, 2}), {1, 3, 4, 5}, {1, 6, 6}),
              HasSubstr("error: node 'y' (aten.im2col.default): blocks of 5x1 in an image of 4x5"));
}

TEST(TorchCol2im, AddsUpBlocks) {
  Json arguments = blocks({2, 2}, {1, 1});
  arguments["output_size"] = ints({3, 3});
  EXPECT_EQ(countOf(imported("col2im.default", arguments, {1, 4, 4}, {1, 1, 3, 3}), "graph.add"),
            3);
  EXPECT_THAT(imported("col2im.default", arguments, {1, 4, 5}, {1, 1, 3, 3}),
              HasSubstr("blocks of 2x2 from a tensor of shape 1x4x5"));
}

std::string distances(int64_t rows) {
  ProgramBuilder p;
  p.input("x1", {rows, 3});
  p.input("x2", {4, 3});
  p.node("cdist.default", {{"x1", tensor("x1")}, {"x2", tensor("x2")}, {"p", real(2)}}, "y",
         {rows, 4});
  return p.text();
}

TEST(TorchCdist, TakesAProductForManyRows) {
  EXPECT_THAT(distances(2), HasSubstr("graph.sub "));
  EXPECT_THAT(distances(40), AllOf(HasSubstr("tensor<40x4xf32>"), Not(HasSubstr("graph.sub "))));
}

TEST(TorchPdist, IsOfTwoRowsAtLeast) {
  EXPECT_THAT(imported("pdist.default", {}, {3, 2}, {3}), HasSubstr("dense<[0, 0, 1]>"));
  EXPECT_THAT(imported("pdist.default", {}, {1, 2}, {0}), HasSubstr("unsupported operator"));
}

TEST(TorchLinear, TakesAVectorForOneRow) {
  ProgramBuilder p;
  p.input("x", {3, 2});
  p.input("w", {2});
  p.node("linear.default", {{"input", tensor("x")}, {"weight", tensor("w")}}, "y", {3});
  EXPECT_THAT(p.text(), HasSubstr("-> tensor<3xf32>"));
}

std::string bag(int64_t mode) {
  ProgramBuilder p;
  p.input("w", {10, 4});
  p.input("i", {6}, ScalarType::kLong);
  p.input("o", {2}, ScalarType::kLong);
  p.node("embedding_bag.default",
         {{"weight", tensor("w")},
          {"indices", tensor("i")},
          {"offsets", tensor("o")},
          {"mode", number(mode)}},
         "y", {2, 4});
  return p.text();
}

TEST(TorchEmbeddingBag, IsAProductWithWhatCountsInEachBag) {
  EXPECT_THAT(bag(0), AllOf(HasSubstr("graph.gather"), Not(HasSubstr("graph.reduce_max"))));
  EXPECT_THAT(bag(2), HasSubstr("graph.reduce_max"));
  EXPECT_THAT(bag(3), HasSubstr("'mode' 3 of weights of shape 10x4"));
}

TEST(TorchQuantile, LiesBetweenTwoElements) {
  std::string text = imported("quantile.scalar", {{"q", real(0.25)}, {"dim", number(0)}}, {4}, {});
  EXPECT_EQ(countOf(text, "graph.top_k"), 2) << text;
  EXPECT_EQ(countOf(imported("quantile.scalar", {{"q", real(0.5)}, {"dim", number(0)}}, {5}, {}),
                    "graph.top_k"),
            1);
  EXPECT_THAT(imported("quantile.scalar", {{"q", real(2)}}, {5}, {}), HasSubstr("'q' is 2"));
}

TEST(TorchDiag, IsAMatrixOfAVectorOrTheOtherWayRound) {
  EXPECT_THAT(imported("diag.default", {{"diagonal", number(1)}}, {2}, {3, 3}),
              HasSubstr("dense<[[2, 0, 2], [2, 2, 1], [2, 2, 2]]>"));
  EXPECT_THAT(imported("diag.default", {}, {2, 3}, {2}), HasSubstr("dense<[0, 4]>"));
}

TEST(TorchOneHot, NeedsTheNumberOfClasses) {
  ProgramBuilder p;
  p.input("x", {3}, ScalarType::kLong);
  p.node("one_hot.default", {{"self", tensor("x")}, {"num_classes", number(5)}}, "y", {3, 5},
         ScalarType::kLong);
  EXPECT_THAT(p.text(), HasSubstr("graph.equal"));
  ProgramBuilder open;
  open.input("x", {3}, ScalarType::kLong);
  open.node("one_hot.default", {{"self", tensor("x")}}, "y", {3, 5}, ScalarType::kLong);
  EXPECT_THAT(open.text(), HasSubstr("a number of classes that depends on data"));
}

TEST(TorchStacks, TurnVectorsIntoColumnsOrRows) {
  Json both = {{"as_tensors", Json::array({{{"name", "x"}}, {{"name", "x"}}})}};
  EXPECT_THAT(imported("column_stack.default", {{"tensors", both}}, {3}, {3, 2}),
              HasSubstr("-> tensor<3x2xf32>"));
  EXPECT_THAT(imported("vstack.default", {{"tensors", both}}, {3}, {2, 3}),
              HasSubstr("-> tensor<2x3xf32>"));
  EXPECT_THAT(imported("hstack.default", {{"tensors", both}}, {3}, {6}),
              HasSubstr("-> tensor<6xf32>"));
}

TEST(TorchPools, TakeAnImageWithoutABatch) {
  EXPECT_THAT(imported("max_pool2d.default", {{"kernel_size", ints({2, 2})}}, {3, 4, 4}, {3, 2, 2}),
              AllOf(HasSubstr("shape [1, 3, 4, 4]"), HasSubstr("shape [3, 2, 2]")));
  EXPECT_THAT(imported("avg_pool1d.default", {{"kernel_size", ints({2})}}, {3, 4}, {3, 2}),
              HasSubstr("-> tensor<3x2xf32>"));
}

TEST(TorchReductions, TakeATensorWithoutDimensions) {
  EXPECT_THAT(imported("amin.default", {{"dim", ints({0})}}, {}, {}), Not(HasSubstr("error")));
  EXPECT_THAT(imported("cumsum.default", {{"dim", number(0)}}, {}, {}),
              HasSubstr("a tensor without dimensions"));
}

TEST(TorchResults, ThatNobodyMakesAreRefusedWhereTheyAreRead) {
  ProgramBuilder p;
  p.input("x", {2, 3, 4, 4});
  p.nodeOfTwo("max_pool2d_with_indices.default",
              {{"self", tensor("x")}, {"kernel_size", ints({2, 2})}}, "y", "i", {2, 3, 2, 2});
  p.node("neg.default", {{"self", tensor("i")}}, "z", {2, 3, 2, 2}, ScalarType::kLong);
  EXPECT_EQ(p.text(), "error: 1 unsupported operator: aten.max_pool2d_with_indices.default (1: y; "
                      "its result 1)");
}

std::string reducedSlices(const std::string &how, bool includesSelf) {
  ProgramBuilder p;
  p.input("x", {3, 4});
  p.input("source", {3, 2});
  p.input("i", {2}, ScalarType::kLong);
  p.node("index_reduce.default",
         {{"self", tensor("x")},
          {"dim", number(1)},
          {"index", tensor("i")},
          {"source", tensor("source")},
          {"reduce", {{"as_string", how}}},
          {"include_self", flag(includesSelf)}},
         "y", {3, 4});
  return p.text();
}

TEST(TorchIndexReduce, IsAScatterOfSlices) {
  EXPECT_EQ(countOf(reducedSlices("prod", true), "graph.scatter"), 1);
  EXPECT_EQ(countOf(reducedSlices("amax", false), "graph.scatter"), 2); // the first one begins anew
  EXPECT_THAT(reducedSlices("mean", true), HasSubstr("graph.div"));
}

TEST(TorchLogCumSumExp, TakesAsManyStepsAsItDoubles) {
  Json arguments = {{"dim", number(1)}};
  EXPECT_EQ(countOf(imported("logcumsumexp.default", arguments, {2, 9}, {2, 9}), "graph.exp"), 4);
}

TEST(TorchAsStrided, TakesElementsByTheirPlacesInMemory) {
  Json windows = {{"size", ints({2, 3})}, {"stride", ints({1, 1})}};
  EXPECT_THAT(imported("as_strided.default", windows, {2, 2}, {2, 3}),
              HasSubstr("dense<[[0, 1, 2], [1, 2, 3]]>"));
  windows["storage_offset"] = number(1);
  EXPECT_THAT(imported("as_strided.default", windows, {2, 2}, {2, 3}),
              HasSubstr("it reads what is beside its operand in memory"));
}

TEST(TorchWeightNorm, DividesByTheLengthOfASlice) {
  ProgramBuilder p;
  p.input("x", {4, 3, 2});
  p.input("length", {4, 1, 1});
  p.node("_weight_norm.default", {{"v", tensor("x")}, {"g", tensor("length")}, {"dim", number(0)}},
         "y", {4, 3, 2});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.sum"), HasSubstr("graph.div")));
}

std::string loss(const std::string &target, int64_t reduction, const Ints &result) {
  ProgramBuilder p;
  p.input("x", {4, 3});
  p.input("t", {4, 3});
  p.node(target, {{"self", tensor("x")}, {"target", tensor("t")}, {"reduction", number(reduction)}},
         "y", result);
  return p.text();
}

TEST(TorchLoss, IsOfEachOrOfAll) {
  EXPECT_THAT(loss("mse_loss.default", 0, {4, 3}), Not(HasSubstr("graph.sum")));
  EXPECT_THAT(loss("mse_loss.default", 1, {}), HasSubstr("dense<0.0833333358>"));
  EXPECT_THAT(loss("huber_loss.default", 2, {}), HasSubstr("graph.sum"));
  EXPECT_THAT(loss("cross_entropy_loss.default", 1, {}), HasSubstr("probabilities of classes"));
}

TEST(TorchLoss, TakesATargetOfIntegers) {
  ProgramBuilder p;
  p.input("x", {4});
  p.input("t", {4}, ScalarType::kLong);
  p.node("soft_margin_loss.default", {{"self", tensor("x")}, {"target", tensor("t")}}, "y", {});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.cast %arg1"), HasSubstr("graph.sum")));
}

TEST(TorchLoss, OfAClassTakesItsLogarithm) {
  ProgramBuilder p;
  p.input("x", {4, 3});
  p.input("t", {4}, ScalarType::kLong);
  p.node("cross_entropy_loss.default", {{"self", tensor("x")}, {"target", tensor("t")}}, "y", {});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.log_softmax"), HasSubstr("graph.gather"),
                              HasSubstr("graph.div")));
}

} // namespace
} // namespace tandem::torch::test
