// Products of codes whose scale is known at run time only, by what they become. Their results are
// compared with ONNX Runtime by tests/models/check_onnx_microsoft.py.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kU8 = proto::TensorProto::UINT8, kI8 = proto::TensorProto::INT8;

TEST(OnnxMatMulInteger, IsOneProductOfCodesLessWhatTheZeroPointAdds) {
  ModelBuilder model;
  model.input("a", {2, 3}, kU8).input("zero", {}, kU8).output("y");
  model.small("b", kI8, {3, 2}, {1, 2, 3, 4, 5, 7}).small("weightZero", kI8, {}, {1});
  model.node("MatMulInteger", {"a", "b", "zero", "weightZero"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[1, 3, 5], [2, 4, 7]]>"), // in the graph's order
                    HasSubstr("(tensor<2x3xui8>, tensor<2x3x!quant.uniform<i8:f32, "
                              "1.000000e+00:1>>) -> tensor<2x2xi32>"),
                    HasSubstr("dense<[6, 10]>"), // 1 + 3 + 5 less three times 1
                    HasSubstr("graph.sub"), Not(HasSubstr("batch_matmul"))));
}

TEST(OnnxMatMulInteger, KeepsZeroPointsOfEachColumn) {
  ModelBuilder model;
  model.input("a", {1, 1}, kU8).output("y");
  model.small("b", kU8, {1, 2}, {9, 9}).small("zeros", kU8, {2}, {4, 5});
  model.node("MatMulInteger", {"a", "b", "", "zeros"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("!quant.uniform<u8:f32:0, {1.000000e+00:4,"
                                                 "1.000000e+00:5}>"),
                                       Not(HasSubstr("graph.sub"))));
}

TEST(OnnxMatMulInteger, OfTwoComputedMatricesSumsInReals) {
  ModelBuilder model;
  model.input("a", {2, 300}, kU8).input("b", {300, 2}, kU8).output("y");
  model.node("MatMulInteger", {"a", "b"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("tensor<2x256xf32>"),
                                       HasSubstr("tensor<2x44xf32>"), HasSubstr("graph.add")));
}

TEST(OnnxMatMulInteger, TakesAVectorAsARowOrAColumn) {
  ModelBuilder row, column;
  row.input("a", {3}, kU8).small("b", kI8, {3, 2}, {1, 2, 3, 4, 5, 7}).output("y");
  row.node("MatMulInteger", {"a", "b"}, {"y"});
  EXPECT_THAT(importText(row), AllOf(HasSubstr("tensor<1x3xui8>, tensor<2x3x!quant"),
                                     HasSubstr("-> (tensor<2xi32>")));
  column.input("a", {2, 3}, kU8).input("b", {3}, kU8).output("y");
  column.node("MatMulInteger", {"a", "b"}, {"y"});
  EXPECT_THAT(importText(column), HasSubstr("-> (tensor<2xi32>"));
}

std::string convolved(const std::vector<int64_t> &pads, const std::string &zero) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}, kU8).input("zero", {}, kU8).output("y");
  model.small("w", kI8, {2, 1, 3, 3}, std::vector<int32_t>(18, 2));
  set(model.node("ConvInteger", {"x", "w", zero}, {"y"}), "pads", pads);
  return importText(model);
}

TEST(OnnxConvInteger, PadsWithTheZeroPoint) {
  EXPECT_THAT(convolved({1, 1, 1, 1}, "zero"),
              AllOf(HasSubstr("low [0, 1, 1, 0] high [0, 1, 1, 0]"), HasSubstr("graph.select"),
                    HasSubstr("-> tensor<1x4x4x2xi32>"), HasSubstr("dense<18>"),
                    Not(HasSubstr("pad_low"))));
  EXPECT_THAT(convolved({0, 0, 0, 0}, "zero"),
              AllOf(HasSubstr("-> tensor<1x2x2x2xi32>"), Not(HasSubstr("graph.select"))));
  EXPECT_THAT(convolved({1, 1, 1, 1}, ""),
              AllOf(HasSubstr("pad_low [1, 1]"), Not(HasSubstr("graph.sub"))));
}

TEST(OnnxConvInteger, TakesSequencesAsImagesOfOneRow) {
  auto convolved = [](bool isKnown) {
    ModelBuilder model;
    model.input("x", {1, 2, 9}, kU8).output("y");
    if (isKnown)
      model.small("w", kI8, {4, 2, 3}, std::vector<int32_t>(24, 2));
    else
      model.input("w", {4, 2, 3}, kI8);
    set(model.node("ConvInteger", {"x", "w"}, {"y"}), "pads", std::vector<int64_t>{1, 0});
    return importText(model);
  };
  EXPECT_THAT(convolved(true), AllOf(HasSubstr("pad_low [0, 1]"), HasSubstr("4x1x3x2x!quant"),
                                     HasSubstr("-> (tensor<1x4x8xi32>")));
  EXPECT_THAT(convolved(false),
              AllOf(HasSubstr("tensor<4x1x3x2xf32>"), HasSubstr("-> (tensor<1x4x8xi32>")));
}

TEST(OnnxDynamicQuantizeLstm, QuantizesItsInputOnceAndItsStateAtEachPlace) {
  ModelBuilder model;
  model.input("x", {3, 1, 2}).output("y");
  model.small("w", kI8, {1, 2, 4}, std::vector<int32_t>(8, 1));
  model.small("r", kI8, {1, 1, 4}, std::vector<int32_t>(4, 1));
  model.floats("scale", {1}, {0.5}).small("zero", kI8, {1}, {0});
  proto::NodeProto &node =
      model.node("com.microsoft.DynamicQuantizeLSTM",
                 {"x", "w", "r", "", "", "", "", "", "scale", "zero", "scale", "zero"}, {"y"});
  set(node, "hidden_size", int64_t(1));
  std::string text = importText(model);
  size_t products = 0;
  for (size_t at = text.find("graph.fully_connected"); at != std::string::npos;
       at = text.find("graph.fully_connected", at + 1))
    ++products;
  EXPECT_EQ(products, 4u) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("(tensor<3x2xui8>, "), HasSubstr("(tensor<1x1xui8>, ")));
}

TEST(OnnxMatMulNBits, UnpacksItsWeights) {
  ModelBuilder model;
  model.input("a", {1, 16}).output("y");
  std::vector<int32_t> bytes(8, 0x88); // all of them the zero point
  bytes[0] = 0x9a;                     // the low bits come first: 2 and 1
  model.small("b", kU8, {1, 1, 8}, bytes).floats("scale", {1}, {0.5});
  proto::NodeProto &node = model.node("com.microsoft.MatMulNBits", {"a", "b", "scale"}, {"y"});
  set(node, "K", int64_t(16));
  set(node, "N", int64_t(1));
  set(node, "block_size", int64_t(16));
  EXPECT_THAT(importText(model), HasSubstr("dense<[[1.000000e+00, 5.000000e-01, 0.000000e+00"));
}

} // namespace
} // namespace tandem::onnx
