// What single operators become. That they compute what PyTorch does is held by tests/models.
#include "compiler/importers/torch/test/program_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string strange(bool isDecomposed) {
  ProgramBuilder p;
  p.input("x", {3});
  p.node("frobnicate.default", {{"self", tensor("x")}}, "y", {3});
  if (isDecomposed)
    p.decompose();
  return p.text();
}

TEST(TorchOperators, AreNotToBeDecomposedTwice) {
  EXPECT_THAT(strange(false), HasSubstr("run_decompositions() of the exported program may"));
  EXPECT_THAT(strange(true), HasSubstr("not an operator of PyTorch that Tandem knows"));
}

std::string cell(const std::string &kind, int64_t gates) {
  ProgramBuilder p;
  p.input("x", {2, 5});
  p.input("h", {2, 4});
  p.input("w", {gates * 4, 5});
  p.input("r", {gates * 4, 4});
  p.node(kind + "_cell.default",
         {{"input", tensor("x")},
          {"hx", tensor("h")},
          {"w_ih", tensor("w")},
          {"w_hh", tensor("r")},
          {"b_ih", none()}},
         "y", {2, 4});
  return p.text();
}

TEST(TorchCells, AreOnePlaceOfALayer) {
  EXPECT_EQ(countOf(cell("gru", 3), "graph.fully_connected"), 3);
  EXPECT_EQ(countOf(cell("rnn_tanh", 1), "graph.fully_connected"), 2);
  EXPECT_EQ(cell("gru", 2), "error: node 'y' (aten.gru_cell.default): weights of the state of "
                            "shape 8x4");
}

std::string batchNorm(bool hasMean) {
  ProgramBuilder p;
  p.input("x", {2, 3, 4});
  p.input("mean", {3});
  p.node("batch_norm.default",
         {{"input", tensor("x")},
          {"weight", none()},
          {"bias", none()},
          {"running_mean", hasMean ? tensor("mean") : none()},
          {"running_var", none()},
          {"training", flag(true)},
          {"eps", number(0)}},
         "y", {2, 3, 4});
  return p.text();
}

TEST(TorchBatchNorm, WithoutStatisticsTakesThoseOfTheBatch) {
  EXPECT_THAT(batchNorm(false), AllOf(HasSubstr("graph.mean %arg0 axes [0, 2] keep_dims"),
                                      Not(HasSubstr("graph.batch_norm"))));
  EXPECT_THAT(batchNorm(true), HasSubstr("in training mode, call eval() before the export"));
}

TEST(TorchIndex, PutsSeveralIndicesIntoOne) {
  ProgramBuilder p;
  p.input("x", {4, 5, 6});
  p.input("i", {3}, ScalarType::kLong);
  p.input("j", {3}, ScalarType::kLong);
  Json both = {{"as_optional_tensors", Json::array({tensor("i"), none(), tensor("j")})}};
  p.node("index.Tensor", {{"self", tensor("x")}, {"indices", both}}, "y", {3, 5});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.gather"), HasSubstr("-> tensor<3x5xf32>")));
  ProgramBuilder mask;
  mask.input("x", {4});
  mask.input("m", {4}, ScalarType::kBool);
  Json indices = {{"as_optional_tensors", Json::array({tensor("m")})}};
  mask.node("index.Tensor", {{"self", tensor("x")}, {"indices", indices}}, "y", {2});
  EXPECT_EQ(mask.text(), "error: 1 unsupported operator: aten.index.Tensor (1: y; a mask as an "
                         "index, whose result has an open size)");
}

TEST(TorchGather, IsAGatherOfPlaces) {
  ProgramBuilder p;
  p.input("x", {3, 4});
  p.input("i", {3, 2}, ScalarType::kLong);
  p.node("gather.default", {{"self", tensor("x")}, {"dim", number(-1)}, {"index", tensor("i")}},
         "y", {3, 2});
  EXPECT_THAT(p.text(),
              AllOf(HasSubstr("graph.reshape %arg0 shape [12] :"), // of each row its begin
                    HasSubstr("dense<[[0, 0], [4, 4], [8, 8]]> : tensor<3x2xi64>"),
                    HasSubstr("-> tensor<3x2xf32>")));
}

TEST(TorchAttention, IsTwoProductsAroundASoftmax) {
  ProgramBuilder p;
  for (const char *name : {"q", "k", "v"})
    p.input(name, {1, 2, 4, 8});
  p.node("scaled_dot_product_attention.default",
         {{"query", tensor("q")},
          {"key", tensor("k")},
          {"value", tensor("v")},
          {"is_causal", flag(true)}},
         "y", {1, 2, 4, 8});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("transpose_rhs"), HasSubstr("graph.softmax"),
                              HasSubstr("dense<0.353553"), HasSubstr("-> tensor<1x2x4x8xf32>")));
}

TEST(TorchLayerNorm, NormalizesTheLastDimensions) {
  ProgramBuilder p;
  p.input("x", {2, 3, 4});
  p.weight("w", {4}, {1, 2, 3, 4});
  p.node("layer_norm.default",
         {{"input", tensor("x")},
          {"normalized_shape", ints({4})},
          {"weight", tensor("w")},
          {"eps", real(1e-5)}},
         "y", {2, 3, 4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.mean"), HasSubstr("axes [2] keep_dims"),
                              HasSubstr("graph.rsqrt"), HasSubstr("1.000000e+00, 2.000000e+00")));
}

TEST(TorchUnary, TakesIntegersWhereTheResultIsReal) {
  ProgramBuilder p;
  p.input("x", {3}, ScalarType::kInt);
  p.node("sqrt.default", {{"self", tensor("x")}}, "y", {3});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.cast"), HasSubstr("graph.sqrt")));
}

TEST(TorchWhere, ChoosesAsTensorsBroadcast) {
  ProgramBuilder p;
  p.input("c", {3, 1}, ScalarType::kBool);
  p.input("x", {3, 4});
  p.input("y", {4});
  p.node("where.self", {{"condition", tensor("c")}, {"self", tensor("x")}, {"other", tensor("y")}},
         "z", {3, 4});
  EXPECT_THAT(p.text(), HasSubstr("graph.select %arg0, %arg1, %arg2 :"));
}

TEST(TorchEinsum, TakesADiagonal) {
  ProgramBuilder p;
  p.input("x", {3, 3});
  p.node("einsum.default",
         {{"equation", {{"as_string", "ii->i"}}},
          {"tensors", {{"as_tensors", Json::array({{{"name", "x"}}})}}}},
         "y", {3});
  EXPECT_THAT(p.text(), HasSubstr("dense<[0, 4, 8]> : tensor<3xi64>"));
}

/// The indices of a scatter are a constant of the program.
Json knownIndex(ProgramBuilder &p, const std::string &name, const Ints &values) {
  p.integers(name, {static_cast<int64_t>(values.size())}, values);
  return tensor(name);
}

TEST(TorchScatter, PutsElementsAtPlaces) {
  ProgramBuilder p;
  p.input("x", {4});
  p.input("src", {3});
  Json index = knownIndex(p, "i", {3, 0});
  p.node("scatter.src",
         {{"self", tensor("x")}, {"dim", number(0)}, {"index", index}, {"src", tensor("src")}}, "y",
         {4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("begin [0] size [2]"), // of more than are asked for
                              HasSubstr("dense<[[3], [0]]> : tensor<2x1xi64>"),
                              HasSubstr("graph.scatter %arg0")));
  ProgramBuilder open;
  open.input("x", {4});
  open.input("i", {2}, ScalarType::kLong);
  open.node("scatter.value",
            {{"self", tensor("x")}, {"dim", number(0)}, {"index", tensor("i")}, {"value", real(1)}},
            "y", {4});
  EXPECT_THAT(open.text(), AllOf(HasSubstr("graph.logical_and"), HasSubstr("graph.scatter %arg0")));
}

TEST(TorchScatter, ReducesWithoutWhatIsThere) {
  auto reduced = [](const std::string &how) {
    ProgramBuilder p;
    p.input("x", {4});
    p.input("src", {2});
    Json index = knownIndex(p, "i", {3, 3});
    p.node("scatter_reduce.two",
           {{"self", tensor("x")},
            {"dim", number(0)},
            {"index", index},
            {"src", tensor("src")},
            {"reduce", {{"as_string", how}}},
            {"include_self", {{"as_bool", false}}}},
           "y", {4});
    return p.text();
  };
  EXPECT_THAT(reduced("amax"), HasSubstr("reduction  max"));
  EXPECT_THAT(reduced("prod"),
              AllOf(HasSubstr("dense<1.000000e+00> : tensor<2xf32>"), HasSubstr("reduction  mul")));
  EXPECT_THAT(reduced("mean"), AllOf(HasSubstr("reduction  add"), HasSubstr("graph.div")));
  EXPECT_THAT(reduced("median"), HasSubstr("'reduce' is 'median'"));
}

TEST(TorchIndexAdd, TakesItsDimensionToTheFront) {
  ProgramBuilder p;
  p.input("x", {3, 4});
  p.input("source", {3, 2});
  p.input("i", {2}, ScalarType::kLong);
  p.node("index_add.default",
         {{"self", tensor("x")},
          {"dim", number(1)},
          {"index", tensor("i")},
          {"source", tensor("source")},
          {"alpha", real(2)}},
         "y", {3, 4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.mul"),
                              HasSubstr("(tensor<4x3xf32>, tensor<2x1xi64>, tensor<2x3xf32>)")));
}

TEST(TorchIndexPut, PutsRowsWhereIndicesNameThem) {
  ProgramBuilder p;
  p.input("x", {3, 2});
  p.input("v", {2, 2});
  Json indices = {{"as_optional_tensors", Json::array({knownIndex(p, "i", {2, 0})})}};
  p.node("index_put.default",
         {{"self", tensor("x")}, {"indices", indices}, {"values", tensor("v")}}, "y", {3, 2});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("dense<[[4], [5], [0], [1]]> : tensor<4x1xi64>"),
                              HasSubstr("graph.scatter")));
}

TEST(TorchDiagonal, ComesLast) {
  ProgramBuilder p;
  p.input("x", {2, 3});
  p.node("diagonal.default", {{"self", tensor("x")}, {"offset", number(1)}}, "y", {2});
  EXPECT_THAT(p.text(), HasSubstr("dense<[1, 5]> : tensor<2xi64>"));
}

/// zeros(4); v = zeros[1:3]; `between`; v.fill_(2); y = zeros + x
std::string filledSlice(const std::function<void(ProgramBuilder &)> &between) {
  ProgramBuilder p;
  p.input("x", {4});
  p.node("zeros.default", {{"size", ints({4})}}, "zeros", {4});
  p.node("slice.Tensor",
         {{"self", tensor("zeros")}, {"dim", number(0)}, {"start", number(1)}, {"end", number(3)}},
         "v", {2});
  between(p);
  p.node("fill_.Scalar", {{"self", tensor("v")}, {"value", real(2)}}, "f", {2});
  p.node("add.Tensor", {{"self", tensor("x")}, {"other", tensor("zeros")}}, "y", {4});
  return p.text();
}

TEST(TorchInPlace, ChangesWhatTheOperandIsASliceOf) {
  EXPECT_THAT(filledSlice([](ProgramBuilder &) {}),
              AllOf(HasSubstr("dense<2.000000e+00> : tensor<2xf32>"),
                    HasSubstr("(tensor<1xf32>, tensor<2xf32>, tensor<1xf32>) -> tensor<4xf32>"),
                    HasSubstr("graph.add %arg0, %")));
}

TEST(TorchInPlace, ChangesASliceOfASlice) {
  ProgramBuilder p;
  p.input("x", {2, 4});
  p.node("zeros.default", {{"size", ints({2, 4})}}, "zeros", {2, 4});
  p.node("select.int", {{"self", tensor("zeros")}, {"dim", number(0)}, {"index", number(1)}}, "row",
         {4});
  p.node("slice.Tensor",
         {{"self", tensor("row")}, {"dim", number(0)}, {"start", number(2)}, {"end", number(4)}},
         "half", {2});
  p.node("fill_.Scalar", {{"self", tensor("half")}, {"value", real(2)}}, "f", {2});
  p.node("add.Tensor", {{"self", tensor("x")}, {"other", tensor("zeros")}}, "y", {2, 4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("(tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>"),
                              HasSubstr("(tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>"),
                              HasSubstr("graph.add %arg0, %")));
}

TEST(TorchInPlace, KnowsATensorByItsOtherNames) {
  ProgramBuilder p;
  p.input("x", {4});
  p.node("neg.default", {{"self", tensor("x")}}, "a", {4});
  p.node("alias.default", {{"self", tensor("a")}}, "b", {4});
  p.node("relu_.default", {{"self", tensor("b")}}, "c", {4});
  p.node("add.Tensor", {{"self", tensor("a")}, {"other", tensor("b")}}, "y", {4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("%1 = graph.relu %0"), HasSubstr("graph.add %1, %1 :")));
}

TEST(TorchShape, ReshapesAsAnotherTensor) {
  ProgramBuilder p;
  p.input("x", {4});
  p.input("like", {2, 2});
  p.node("reshape_as.default", {{"self", tensor("x")}, {"other", tensor("like")}}, "y", {2, 2});
  EXPECT_THAT(p.text(), HasSubstr("graph.reshape %arg0 shape [2, 2] :"));
}

TEST(TorchInPlace, LeavesInputsAsTheyWere) {
  ProgramBuilder input;
  input.input("x", {4});
  input.node("relu_.default", {{"self", tensor("x")}}, "y", {4});
  EXPECT_THAT(input.text(), HasSubstr("it changes the model's input 'x' in place"));
}

TEST(TorchInPlace, NamesTheBufferThatTheNextRunWouldFindChanged) {
  const std::string refusal = "it changes 'seen' of the module for the next run, which is not "
                              "supported: make it an input and a result of the model";
  ProgramBuilder counts; // as torch.export has it without run_decompositions
  counts.input("x", {2});
  counts.weight("seen", {2}, {0, 0});
  counts.node("add_.Tensor", {{"self", tensor("seen")}, {"other", tensor("x")}}, "y", {2});
  EXPECT_THAT(counts.text(), HasSubstr(refusal));
  ProgramBuilder part;
  part.input("x", {1});
  part.weight("seen", {2}, {0, 0});
  part.node(
      "slice.Tensor",
      {{"self", tensor("seen")}, {"dim", number(0)}, {"start", number(0)}, {"end", number(1)}},
      "first", {1});
  part.node("copy_.default", {{"self", tensor("first")}, {"src", tensor("x")}}, "y", {1});
  EXPECT_THAT(part.text(), HasSubstr(refusal));
  ProgramBuilder unknown; // also where the operator itself is none that is taken
  unknown.input("x", {2});
  unknown.weight("seen", {2}, {0, 0});
  unknown.node("frobnicate_.default", {{"self", tensor("seen")}}, "y", {2});
  EXPECT_THAT(unknown.text(), HasSubstr(refusal));
}

TEST(TorchInPlace, SaysNoBufferChangesWhereACopyDoes) {
  for (const char *copy : {"clone.default", "_to_copy.default", "alias_copy.default"}) {
    ProgramBuilder p;
    p.input("x", {2, 2});
    p.weight("seen", {4}, {1, 2, 3, 4});
    p.node(copy, {{"self", tensor("seen")}}, "a", {4});
    p.node("reshape.default", {{"self", tensor("a")}, {"shape", ints({2, 2})}}, "v", {2, 2});
    p.node("relu_.default", {{"self", tensor("a")}}, "b", {4});
    p.node("add.Tensor", {{"self", tensor("x")}, {"other", tensor("v")}}, "y", {2, 2});
    EXPECT_EQ(p.text(), "error: 1 unsupported operator: aten.relu_.default (1: b; it changes a "
                        "tensor in place that others may read)");
    ProgramBuilder own;
    own.input("x", {4});
    own.node(copy, {{"self", tensor("x")}}, "a", {4});
    own.node("relu_.default", {{"self", tensor("a")}}, "b", {4});
    own.node("sub.Tensor", {{"self", tensor("x")}, {"other", tensor("a")}}, "y", {4});
    EXPECT_THAT(own.text(), HasSubstr("graph.sub %arg0, %0"));
  }
}

TEST(TorchInPlace, ChangesATensorThatOthersHaveReadBefore) {
  ProgramBuilder p;
  p.input("x", {4});
  p.node("neg.default", {{"self", tensor("x")}}, "a", {4});
  p.node("exp.default", {{"self", tensor("a")}}, "before", {4});
  p.node("relu_.default", {{"self", tensor("a")}}, "b", {4});
  p.node("sub.Tensor", {{"self", tensor("before")}, {"other", tensor("a")}}, "y", {4});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("%1 = graph.exp %0"), HasSubstr("%2 = graph.relu %0"),
                              HasSubstr("graph.sub %1, %2")));
}

TEST(TorchBatchNorm, TakesTheStatisticsOfTheInputWhereNoneAreStored) {
  ProgramBuilder p; // as run_decompositions() has an instance norm
  p.input("x", {1, 4, 5, 6});
  p.node("_native_batch_norm_legit.no_stats",
         {{"input", tensor("x")},
          {"weight", none()},
          {"bias", none()},
          {"training", flag(true)},
          {"momentum", real(0.1)},
          {"eps", real(1e-5)}},
         "y", {1, 4, 5, 6});
  EXPECT_THAT(p.text(), AllOf(HasSubstr("graph.mean"), HasSubstr("graph.rsqrt")));
}

TEST(TorchDropout, IsNothingInPlaceAsWell) {
  ProgramBuilder p;
  p.input("x", {3});
  p.node("relu.default", {{"self", tensor("x")}}, "y", {3});
  p.node("dropout_.default", {{"self", tensor("y")}, {"p", real(0.2)}, {"train", flag(false)}}, "z",
         {3});
  p.node("add.Tensor", {{"self", tensor("y")}, {"other", tensor("z")}}, "sum", {3});
  EXPECT_THAT(p.text(), HasSubstr("graph.add %0, %0 :"));
}

TEST(TorchAdd, OfTruthValuesIsOr) {
  for (const char *op : {"add.Tensor", "sub.Tensor"}) {
    ProgramBuilder p;
    p.input("a", {3}, ScalarType::kBool);
    p.input("b", {3}, ScalarType::kBool);
    p.node(op, {{"self", tensor("a")}, {"other", tensor("b")}}, "y", {3}, ScalarType::kBool);
    EXPECT_THAT(p.text(), HasSubstr(op[0] == 'a' ? "graph.logical_or %arg0, %arg1"
                                                 : "aten.sub.Tensor (1: y; truth values)"));
  }
}

} // namespace
} // namespace tandem::torch::test
