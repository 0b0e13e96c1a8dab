// Codes: quantize and dequantize around float operators, and operators that take codes themselves.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Ints = std::vector<int64_t>;

constexpr int kU8 = proto::TensorProto::UINT8, kI8 = proto::TensorProto::INT8,
              kI32 = proto::TensorProto::INT32;

/// x -> Q -> DQ -> Conv (filter per channel, bias in i32) -> Relu -> Q -> DQ -> y.
ModelBuilder quantizedConv() {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).output("y");
  model.floats("xs", {}, {0.5}).small("xz", kU8, {}, {3});
  model.small("w", kI8, {2, 1, 1, 1}, {1, 2}).floats("ws", {2}, {0.5, 2});
  model.small("wz", kI8, {2}, {0, 0});
  model.small("b", kI32, {2}, {12, 4}).floats("bs", {2}, {0.25, 1});
  model.floats("ys", {}, {0.25}).small("yz", kU8, {}, {7});
  model.node("QuantizeLinear", {"x", "xs", "xz"}, {"xq"});
  model.node("DequantizeLinear", {"xq", "xs", "xz"}, {"xd"});
  set(model.node("DequantizeLinear", {"w", "ws", "wz"}, {"wd"}), "axis", int64_t(0));
  set(model.node("DequantizeLinear", {"b", "bs"}, {"bd"}), "axis", int64_t(0));
  model.node("Conv", {"xd", "wd", "bd"}, {"c"});
  model.node("Relu", {"c"}, {"r"});
  model.node("QuantizeLinear", {"r", "ys", "yz"}, {"rq"});
  model.node("DequantizeLinear", {"rq", "ys", "yz"}, {"y"});
  return model;
}

TEST(OnnxQuantized, KeepsFiltersAsCodesUntilThePasses) {
  ModelBuilder model = quantizedConv();
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.codes_between_quantize"),
                                       HasSubstr("tensor<2x1x1x1x!quant.uniform<i8:f32:0, "
                                                 "{5.000000e-01,2.000000e+00}>>"),
                                       HasSubstr("graph.conv_2d")));
}

TEST(OnnxQuantized, ComputesOnCodesBetweenDequantizeAndQuantize) {
  ModelBuilder model = quantizedConv();
  std::string text = compileText(model);
  EXPECT_THAT(text,
              AllOf(HasSubstr("dense<[12, 4]> : tensor<2xi32>"), HasSubstr("activation  relu"),
                    HasSubstr("-> tensor<1x4x4x2x!quant.uniform<u8:f32, 2.500000e-01:7>>")));
  EXPECT_THAT(text, Not(HasSubstr("graph.relu")));
}

TEST(OnnxQuantized, QLinearConvIsAConvolutionOfCodes) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}, kU8).output("y");
  model.floats("xs", {}, {0.5}).small("xz", kU8, {}, {3});
  model.small("w", kI8, {1, 1, 1, 2}, {1, 2}).floats("ws", {}, {0.5}).small("wz", kI8, {}, {0});
  model.floats("ys", {}, {2}).small("yz", kU8, {}, {7}).small("b", kI32, {1}, {9});
  model.node("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("%arg0: tensor<1x1x4x4x!quant.uniform<u8:f32, 5.000000e-01:3>>"),
                    HasSubstr("-> (tensor<1x1x4x3x!quant.uniform<u8:f32, 2.000000e+00:7>>"),
                    HasSubstr("dense<9> : tensor<1xi32>")));
}

TEST(OnnxQuantized, QLinearConvOfRowsIsOneOfImagesOfOneRow) {
  ModelBuilder model;
  model.input("x", {1, 2, 9}, kU8).output("y");
  model.floats("xs", {}, {0.5}).small("xz", kU8, {}, {3});
  model.small("w", kI8, {2, 2, 3}, std::vector<int32_t>(12, 1)).floats("ws", {2}, {0.5, 2});
  model.small("wz", kI8, {2}, {0, 0}).floats("ys", {}, {2}).small("yz", kU8, {}, {7});
  set(model.node("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz"}, {"y"}), "pads",
      Ints{1, 1});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("pad_low [0, 1] pad_high [0, 1]"),
                                       HasSubstr("-> (tensor<1x2x9x!quant.uniform<u8")));
}

TEST(OnnxQuantized, QLinearMatMulAndAddToo) {
  ModelBuilder product, sum;
  product.input("x", {2, 2}, kI8).output("y").floats("s", {}, {0.5}).small("z", kI8, {}, {1});
  product.small("w", kI8, {2, 3}, {1, 2, 3, 4, 5, 6});
  product.node("QLinearMatMul", {"x", "s", "z", "w", "s", "z", "s", "z"}, {"y"});
  EXPECT_THAT(importText(product), AllOf(HasSubstr("graph.fully_connected"),
                                         HasSubstr("dense<[[1, 4], [2, 5], [3, 6]]>")));
  sum.input("x", {4}, kU8).output("y").floats("s", {}, {0.5}).small("z", kU8, {}, {1});
  sum.node("com.microsoft.QLinearAdd", {"x", "s", "z", "x", "s", "z", "s", "z"}, {"y"});
  EXPECT_THAT(importText(sum), HasSubstr("graph.add %arg0, %arg0"));
}

TEST(OnnxQuantized, ReadsPlainCodesThroughF32WhereAnotherReaderTakesThemAsNumbers) {
  ModelBuilder model;
  model.input("x", {4}, kU8).output("y").output("n");
  model.floats("s", {}, {0.5}).small("z", kU8, {}, {1});
  model.node("DequantizeLinear", {"x", "s", "z"}, {"y"});
  set(model.node("Cast", {"x"}, {"n"}), "to", int64_t(proto::TensorProto::FLOAT));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("%arg0: tensor<4xui8>"), HasSubstr("graph.quantize")));
}

TEST(OnnxQuantized, QuantizesWeightsOnImportWithTiesToEven) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y").floats("w", {2, 2}, {0.25, 0.75, 3, -900});
  model.floats("s", {2}, {0.5, 2}).small("z", kI8, {2}, {0, 0});
  set(model.node("QuantizeLinear", {"w", "s", "z"}, {"q"}), "axis", int64_t(0));
  set(model.node("DequantizeLinear", {"q", "s", "z"}, {"d"}), "axis", int64_t(0));
  set(model.node("Gemm", {"x", "d"}, {"y"}), "transB", int64_t(1));
  EXPECT_THAT(importText(model), AllOf(HasSubstr("dense<[[0, 2], [2, -128]]> : tensor<2x2xi8>"),
                                       HasSubstr("!quant.uniform<i8:f32:0, {5.000000e-01")));
}

TEST(OnnxQuantized, QuantizesABiasOnceMoreOnImport) {
  ModelBuilder model;
  model.output("y").floats("bs", {2}, {0.25, 1}).small("b", kI32, {2}, {12, 4});
  model.floats("s", {}, {0.5}).small("z", kI8, {}, {1});
  set(model.node("DequantizeLinear", {"b", "bs"}, {"d"}), "axis", int64_t(0));
  model.node("QuantizeLinear", {"d", "s", "z"}, {"q"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[7, 9]> : tensor<2xi8>"), Not(HasSubstr("graph.quantize "))));
}

TEST(OnnxQuantized, TakesScalesOfEachChannelOfWhatIsComputed) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).output("y").floats("s", {3}, {0.5, 1, 2});
  model.small("z", kU8, {3}, {1, 2, 3});
  model.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("tensor<3x1xf32>"), HasSubstr("graph.div"),
                                       HasSubstr("tensor<2x3x4xui8>"), HasSubstr("graph.mul")));
}

TEST(OnnxQuantized, MakesRealsOfWeightsInBlocks) {
  auto dequantized = [](std::initializer_list<int64_t> scales) {
    ModelBuilder model(21);
    model.output("y").floats("s", scales, {0.5, 1, 2, 4});
    // Of UINT4, two in a byte, the first one in the low bits: 1, 2, 3, 4, 5, 6.
    model.small("w", /*UINT4=*/21, {2, 3}, {0x21, 0x43, 0x65});
    set(model.node("DequantizeLinear", {"w", "s"}, {"y"}), "block_size", int64_t(2));
    return importText(model);
  };
  EXPECT_THAT(dequantized({2, 2}), HasSubstr("dense<[[5.000000e-01, 1.000000e+00, 3.000000e+00], "
                                             "[8.000000e+00, 1.000000e+01, 2.400000e+01]]>"));
  EXPECT_EQ(dequantized({4}),
            "error: node 'n' (DequantizeLinear): scales of shape 4 in blocks of 2 "
            "along dimension 1 of a tensor of shape 2x3");
}

TEST(OnnxQuantized, TakesCodesOfFourBitsAsWeightsOnly) {
  constexpr int kInt4 = 22;
  ModelBuilder weights(21), numbers(21);
  weights.output("y").floats("s", {}, {0.5}).small("w", kInt4, {3}, {0x8f, 0x07});
  weights.node("DequantizeLinear", {"w", "s"}, {"y"});
  EXPECT_THAT(importText(weights), HasSubstr("dense<[-1, -8, 7]> : tensor<3xi8>"));
  numbers.output("y").small("w", kInt4, {3}, {0x8f, 0x07});
  set(numbers.node("Cast", {"w"}, {"y"}), "to", int64_t(proto::TensorProto::FLOAT));
  EXPECT_THAT(importText(numbers), HasSubstr("element type INT4 is not supported"));
}

TEST(OnnxQuantized, RefusesWhatDoesNotFit) {
  ModelBuilder scale;
  scale.input("x", {4}).output("y").floats("s", {}, {0}).small("z", kU8, {}, {1});
  scale.node("QuantizeLinear", {"x", "s", "z"}, {"y"});
  EXPECT_EQ(importText(scale), "error: 1 unsupported operator: QuantizeLinear (1: n; scales that "
                               "are not finite and positive, or not as many as zero points)");
  ModelBuilder integers;
  integers.input("x", {2, 2}, kU8).small("w", kU8, {2, 2}, {1, 2, 3, 4}).output("y");
  integers.node("MatMulInteger", {"x", "w"}, {"y"});
  EXPECT_THAT(importText(integers), HasSubstr("-> tensor<2x2xi32>")); // these need no scale
}

} // namespace
} // namespace tandem::onnx
