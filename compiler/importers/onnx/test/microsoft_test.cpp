// Operators that ONNX Runtime's optimizers write, by what they become. Their results are compared
// with ONNX Runtime by tests/models/check_onnx_microsoft.py.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string fusedConv(const std::string &activation) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).input("z", {1, 1, 2, 2}).output("y");
  model.floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1));
  set(model.node("com.microsoft.FusedConv", {"x", "w", "", "z"}, {"y"}), "activation", activation);
  return importText(model);
}

TEST(OnnxFusedConv, AddsAndActivates) {
  EXPECT_THAT(fusedConv("Relu"),
              AllOf(HasSubstr("graph.conv_2d"), HasSubstr("graph.add"), HasSubstr("graph.relu")));
  EXPECT_THAT(fusedConv("Softsign"),
              HasSubstr("com.microsoft.FusedConv (1: n; activation 'Softsign')"));
}

TEST(OnnxFusedMatMul, TurnsTheBatchToTheFront) {
  ModelBuilder model;
  model.input("a", {3, 2, 5}).input("b", {2, 4, 5}).output("y");
  proto::NodeProto &node = model.node("com.microsoft.FusedMatMul", {"a", "b"}, {"y"});
  set(node, "transBatchA", int64_t(1));
  set(node, "transB", int64_t(1));
  EXPECT_THAT(importText(model), AllOf(HasSubstr("permutation [1, 0, 2]"),
                                       HasSubstr("transpose_rhs"), HasSubstr("tensor<2x3x4xf32>")));
}

TEST(OnnxSkipLayerNormalization, GivesItsSumToo) {
  ModelBuilder model;
  model.input("x", {2, 4}).input("skip", {2, 4}).floats("gamma", {4}, {1, 2, 3, 4});
  model.output("y").output("sum");
  model.node("com.microsoft.SkipLayerNormalization", {"x", "skip", "gamma"}, {"y", "", "", "sum"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.add %arg0, %arg1"),
                                       HasSubstr("tensor<2x4xf32> {graph.name = \"sum\"}")));
}

std::string attention(const std::vector<int64_t> &mask) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).output("y");
  model.floats("w", {4, 12}, std::vector<float>(48, 1)).floats("b", {12}, std::vector<float>(12));
  proto::TensorProto &tensor = model.tensor("mask", proto::TensorProto::INT32, {});
  for (int64_t size : mask)
    tensor.add_dims(size);
  for (int64_t i = 0, end = mask.size() == 1 ? mask[0] : mask[0] * mask[1]; i < end; ++i)
    tensor.add_int32_data(1);
  set(model.node("com.microsoft.Attention", {"x", "w", "b", "mask"}, {"y"}), "num_heads",
      int64_t(2));
  return importText(model);
}

TEST(OnnxMicrosoftAttention, TakesMasksByTheirShape) {
  EXPECT_THAT(attention({2}), AllOf(HasSubstr("graph.less"), HasSubstr("graph.softmax")));
  EXPECT_THAT(attention({4}), HasSubstr("graph.greater_equal")); // from which on, too
  EXPECT_THAT(attention({2, 3}), HasSubstr("graph.greater "));
  EXPECT_THAT(attention({3, 3}), HasSubstr("a mask of shape 3x3"));
}

} // namespace
} // namespace tandem::onnx
