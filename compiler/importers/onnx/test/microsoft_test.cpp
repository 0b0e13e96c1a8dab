// Operators that ONNX Runtime's optimizers write, by what they become. Their results are compared
// with ONNX Runtime by tests/models/check_onnx_microsoft.py.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

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

std::string groupQuery(int32_t lastPlace, bool isKnown = true) {
  ModelBuilder model;
  model.input("q", {1, 2, 16}).input("k", {1, 2, 8}).input("v", {1, 2, 8});
  model.input("pk", {1, 1, 3, 8}).input("pv", {1, 1, 3, 8}).output("y").output("keys");
  model.small("n", proto::TensorProto::INT32, {1}, {lastPlace});
  if (!isKnown)
    model.input("open", {1}, proto::TensorProto::INT32);
  std::vector<float> angles(20);
  std::iota(angles.begin(), angles.end(), 0.0f);
  model.floats("angles", {5, 4}, angles);
  proto::NodeProto &node = model.node(
      "com.microsoft.GroupQueryAttention",
      {"q", "k", "v", "pk", "pv", isKnown ? "n" : "open", "", "angles", "angles"}, {"y", "keys"});
  set(node, "num_heads", int64_t(2));
  set(node, "kv_num_heads", int64_t(1));
  set(node, "do_rotary", int64_t(1));
  return importText(model);
}

TEST(OnnxGroupQueryAttention, TurnsPlacesBehindThePastAndSharesHeadsOfKeys) {
  std::string text = groupQuery(4);
  EXPECT_THAT(text, AllOf(HasSubstr("dense<[[[[1.200000e+01, 1.300000e+01"),
                          HasSubstr("tensor<1x2x5x8xf32>"),
                          HasSubstr("tensor<1x1x5x8xf32> {graph.name = \"keys\"}")));
  EXPECT_THAT(groupQuery(3), HasSubstr("lengths that are not those of the tensors, 5"));
  EXPECT_THAT(groupQuery(0, false),
              HasSubstr("how many keys count ('seqlens_k'), which --value of the attention mask "
                        "fixes, is computed at run time"));
}

TEST(OnnxMicrosoftRotary, CountsPlacesFromTheOneThatIsGiven) {
  ModelBuilder model;
  model.input("x", {1, 3, 8}).input("p", {1}, proto::TensorProto::INT64).output("y");
  model.floats("angles", {9, 2}, std::vector<float>(18, 0.5f));
  model.node("com.microsoft.RotaryEmbedding", {"x", "p", "angles", "angles"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[0, 1, 2]]> : tensor<1x3xi64>"), HasSubstr("graph.gather"),
                    HasSubstr("tensor<1x2x3x4xf32>")));
}

TEST(OnnxQGemm, IsAProductOfCodes) {
  ModelBuilder model;
  model.input("a", {2, 3}, proto::TensorProto::UINT8).output("y");
  model.floats("s", {}, {0.5}).small("z", proto::TensorProto::UINT8, {}, {3});
  model.small("b", proto::TensorProto::INT8, {3, 2}, {1, 2, 3, 4, 5, 6}).floats("sb", {2}, {1, 2});
  model.small("zb", proto::TensorProto::INT8, {2}, {0, 0});
  model.small("c", proto::TensorProto::INT32, {2}, {7, 8});
  model.node("com.microsoft.QGemm", {"a", "s", "z", "b", "sb", "zb", "c", "s", "z"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.fully_connected"),
                                       HasSubstr("!quant.uniform<i8:f32:0, {1.000000e+00"),
                                       HasSubstr("-> tensor<2x2x!quant.uniform<u8:f32, "
                                                 "5.000000e-01:3>>")));
}

TEST(OnnxGatherBlockQuantized, MakesRealsOfItsTable) {
  ModelBuilder model;
  model.input("i", {2}, proto::TensorProto::INT64).output("y");
  model.small("t", proto::TensorProto::UINT8, {1, 8},
              {0x98, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0xa8}); // two codes in a byte, 8 is zero
  model.floats("s", {1, 1}, {0.5});
  proto::NodeProto &node = model.node("com.microsoft.GatherBlockQuantized", {"t", "i", "s"}, {"y"});
  set(node, "block_size", int64_t(16));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[0.000000e+00, 5.000000e-01, "), HasSubstr("1.000000e+00]]>"),
                    HasSubstr("-> (tensor<2x16xf32>")));
}

} // namespace
} // namespace tandem::onnx
