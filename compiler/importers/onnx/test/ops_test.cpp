// Each operator by what it becomes. Whole operators are compared with their definition by
// tests/models/check_onnx_nodes.py, whole models with ONNX Runtime in tests/models.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tandem::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Ints = std::vector<int64_t>;

TEST(OnnxGemm, PutsTheWeightInTheGraphsOrderAndScales) {
  auto gemm = [](bool turnB, double alpha) {
    ModelBuilder model;
    model.input("x", {1, 2}).floats("c", {3}, {7, 8, 9}).output("y");
    if (turnB)
      model.floats("w", {3, 2}, {0, 3, 1, 4, 2, 5});
    else
      model.floats("w", {2, 3}, {0, 1, 2, 3, 4, 5});
    proto::NodeProto &node = model.node("Gemm", {"x", "w", "c"}, {"y"});
    set(node, "transB", int64_t(turnB));
    set(node, "alpha", alpha);
    return importText(model);
  };
  auto inOrder = HasSubstr("dense<[[0.000000e+00, 3.000000e+00], [1.000000e+00, 4.000000e+00], "
                           "[2.000000e+00, 5.000000e+00]]>");
  EXPECT_THAT(gemm(false, 1),
              AllOf(inOrder, HasSubstr("graph.fully_connected"), Not(HasSubstr("graph.add"))));
  EXPECT_THAT(gemm(true, 1), inOrder);
  EXPECT_THAT(gemm(true, 0.5), AllOf(HasSubstr("graph.mul"), HasSubstr("graph.add")));
}

TEST(OnnxMatMul, IsRowsTimesAMatrixOrABatch) {
  auto product = [](std::initializer_list<int64_t> left, std::initializer_list<int64_t> right) {
    ModelBuilder model;
    model.input("a", left).input("b", right).output("y");
    model.node("MatMul", {"a", "b"}, {"y"});
    return importText(model);
  };
  EXPECT_THAT(product({2, 3, 4}, {4, 5}),
              AllOf(HasSubstr("graph.fully_connected"), HasSubstr("-> (tensor<2x3x5xf32>")));
  EXPECT_THAT(product({2, 3, 4}, {2, 4, 5}), AllOf(HasSubstr("graph.batch_matmul %arg0, %arg1"),
                                                   HasSubstr("-> (tensor<2x3x5xf32>")));
  EXPECT_THAT(product({1, 3, 4}, {2, 4, 5}), HasSubstr("-> (tensor<2x3x5xf32>"));
  EXPECT_THAT(product({4}, {2, 4, 5}), HasSubstr("-> (tensor<2x5xf32>"));
  EXPECT_THAT(product({2, 3, 4}, {4}), HasSubstr("-> (tensor<2x3xf32>"));
}

TEST(OnnxReduction, ReadsItsAxesWhereTheOpsetHasThem) {
  auto asAttribute = [](int64_t opset) {
    return unary(
        "ReduceSum", [](proto::NodeProto &node) { set(node, "axes", Ints{-1, 1}); }, opset);
  };
  EXPECT_THAT(asAttribute(11), HasSubstr("graph.sum %arg0 axes [1, 3] keep_dims"));
  ModelBuilder model(13);
  model.input("x", {1, 2, 4, 4}).ints("axes", {1}, {-2}).output("y");
  set(model.node("ReduceSum", {"x", "axes"}, {"y"}), "keepdims", int64_t(0));
  EXPECT_THAT(importText(model), HasSubstr("graph.sum %arg0 axes [2] : "));
  EXPECT_THAT(unary("ReduceSum"), HasSubstr("axes [0, 1, 2, 3]"));
  EXPECT_THAT(unary("ReduceSum", [](auto &node) { set(node, "noop_with_empty_axes", int64_t(1)); }),
              AllOf(Not(HasSubstr("graph.sum")), HasSubstr("return %arg0")));
}

TEST(OnnxSoftmax, FlattensBeforeOpset13) {
  auto softmax = [](int64_t opset) {
    return unary("Softmax", [](auto &node) { set(node, "axis", int64_t(1)); }, opset);
  };
  EXPECT_THAT(softmax(11), AllOf(HasSubstr("shape [1, 32]"), HasSubstr("graph.softmax")));
  EXPECT_THAT(softmax(13), HasSubstr("graph.softmax %arg0 axis 1"));
}

TEST(OnnxPow, OfIntegersIsExact) {
  auto power = [](bool isKnown) {
    ModelBuilder model;
    model.input("x", {3}, proto::TensorProto::INT64).output("y");
    isKnown ? model.ints("e", {}, {5}) : model.input("e", {1}, proto::TensorProto::INT64);
    model.node("Pow", {"x", "e"}, {"y"});
    return importText(model);
  };
  // x * x^2 * x^2
  EXPECT_THAT(power(true), AllOf(HasSubstr("graph.mul"), Not(HasSubstr("graph.cast")),
                                 Not(HasSubstr("graph.select"))));
  EXPECT_THAT(power(false), AllOf(HasSubstr("graph.bitwise_and"), HasSubstr("graph.select"),
                                  Not(HasSubstr("graph.pow")), Not(HasSubstr("graph.relu"))));
}

TEST(OnnxClip, HasItsEndsAsAttributesOrInputs) {
  EXPECT_THAT(unary(
                  "Clip",
                  [](auto &node) {
                    set(node, "min", 0.0);
                    set(node, "max", 6.0);
                  },
                  6 + 1),
              HasSubstr("graph.relu6"));
  ModelBuilder model;
  model.input("x", {4}).floats("low", {}, {-1}).floats("high", {}, {1}).output("y");
  model.node("Clip", {"x", "low", "high"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("graph.relu_n1_to_1"));
}

TEST(OnnxSlice, CountsFromTheBackAndBackwards) {
  ModelBuilder model;
  model.input("x", {5, 6}).ints("starts", {2}, {-2, 100}).ints("ends", {2}, {INT64_MAX, INT64_MIN});
  model.ints("axes", {2}, {0, 1}).ints("steps", {2}, {1, -2}).output("y");
  model.node("Slice", {"x", "starts", "ends", "axes", "steps"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("begin [3, 5] size [2, 3] strides [1, -2]"));
  EXPECT_THAT(unary(
                  "Slice",
                  [](auto &node) {
                    set(node, "starts", Ints{1});
                    set(node, "ends", Ints{-1});
                    set(node, "axes", Ints{2});
                  },
                  9),
              HasSubstr("begin [0, 0, 1, 0] size [1, 2, 2, 4]"));
}

TEST(OnnxSplit, GivesTheLastPartWhatIsLeft) {
  ModelBuilder model(18);
  model.input("x", {7}).output("a").output("b").output("c");
  set(model.node("Split", {"x"}, {"a", "b", "c"}), "num_outputs", int64_t(3));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("begin [0] size [3]"), HasSubstr("begin [3] size [3]"),
                    HasSubstr("begin [6] size [1]")));
}

TEST(OnnxPad, HasAllModes) {
  auto padded = [](const std::string &mode, const Ints &pads) {
    ModelBuilder model;
    model.input("x", {4}).ints("pads", {2}, pads).output("y");
    set(model.node("Pad", {"x", "pads"}, {"y"}), "mode", mode);
    return importText(model);
  };
  EXPECT_THAT(padded("constant", {1, 2}), HasSubstr("graph.pad %arg0 low [1] high [2]"));
  EXPECT_THAT(padded("constant", {-1, 2}),
              AllOf(HasSubstr("begin [1] size [3]"), HasSubstr("low [0] high [2]")));
  EXPECT_THAT(padded("reflect", {2, 0}), HasSubstr("graph.mirror_pad %arg0 low [2] high [0] :"));
  EXPECT_THAT(padded("reflect", {0, 5}), HasSubstr("graph.concat")); // there and back again
  EXPECT_THAT(padded("edge", {0, 2}), HasSubstr("begin [3] size [1]"));
  EXPECT_THAT(padded("wrap", {1, 0}), HasSubstr("begin [3] size [1]"));
}

TEST(OnnxGather, TakesSlicesWhereIndicesAreKnown) {
  ModelBuilder model;
  model.input("x", {2, 6}).ints("i", {2, 2}, {0, 2, 4, -1}).output("y");
  set(model.node("Gather", {"x", "i"}, {"y"}), "axis", int64_t(1));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("begin [0, 0] size [2, 3] strides [1, 2]"),
                    HasSubstr("begin [0, 5] size [2, 1]"), HasSubstr("-> (tensor<2x2x2xf32>")));
}

TEST(OnnxHalf, StaysWideFromNodeToNode) {
  ModelBuilder model;
  model.input("x", {2}, proto::TensorProto::FLOAT16).output("y").output("z");
  model.node("Exp", {"x"}, {"y"});
  model.node("Sqrt", {"y"}, {"z"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.sqrt %1 : (tensor<2xf32>)"), // of exp itself
                    HasSubstr("-> (tensor<2xf16> {graph.name = \"y\"}")));
}

/// Also behind a Cast, and turned into the graph's order.
TEST(OnnxHalf, WeightsStayInSixteenBits) {
  ModelBuilder model;
  model.input("x", {1, 64, 4, 4}, proto::TensorProto::FLOAT16).input("z", {1, 64}).output("y");
  model.output("s");
  std::string halves(64 * 64 * 2, '<');
  model.tensor("w", proto::TensorProto::FLOAT16, {64, 64, 1, 1}).set_raw_data(halves);
  model.tensor("v", proto::TensorProto::FLOAT16, {64, 64}).set_raw_data(halves);
  model.node("Conv", {"x", "w"}, {"y"});
  set(model.node("Cast", {"v"}, {"wide"}), "to", int64_t(proto::TensorProto::FLOAT));
  model.node("MatMul", {"z", "wide"}, {"s"});
  EXPECT_THAT(compileText(model),
              AllOf(HasSubstr(": tensor<64x1x1x64xf16> : tensor<64x1x1x64xf32>"),
                    HasSubstr(": tensor<64x64xf16> : tensor<64x64xf32>")));
}

/// Nothing computes on them, as their input is f32. In the graph's order, and with a bias behind.
TEST(OnnxQuantize, WeightsThatAreReadAsRealsStayCodes) {
  ModelBuilder model;
  model.input("x", {1, 64, 3, 3}).input("z", {1, 64}).output("y").output("s");
  model.tensor("w", proto::TensorProto::UINT8, {2, 64, 3, 3})
      .set_raw_data(std::string(2 * 64 * 3 * 3, '<'));
  model.small("zeros", proto::TensorProto::UINT8, {2}, {1, 2}).floats("scales", {2}, {0.5, 0.25});
  set(model.node("DequantizeLinear", {"w", "scales", "zeros"}, {"filter"}), "axis", int64_t(0));
  model.node("Conv", {"x", "filter"}, {"y"});
  model.tensor("v", proto::TensorProto::INT8, {64, 64}).set_raw_data(std::string(64 * 64, '<'));
  model.floats("scale", {}, {0.5}).floats("bias", {64}, std::vector<float>(64, 1));
  model.node("DequantizeLinear", {"v", "scale"}, {"matrix"});
  model.node("MatMul", {"z", "matrix"}, {"product"});
  model.node("Add", {"product", "bias"}, {"s"});
  EXPECT_THAT(
      compileText(model),
      AllOf(HasSubstr(": tensor<2x3x3x64x!quant.uniform<u8:f32:0, {5.000000e-01:1,"
                      "2.500000e-01:2}>> : tensor<2x3x3x64xf32>"),
            HasSubstr(": tensor<64x64x!quant.uniform<i8:f32, 5.000000e-01>> : tensor<64x64xf32>"),
            Not(HasSubstr("graph.dequantize")), Not(HasSubstr("graph.add"))));
}

TEST(OnnxQuantize, CodesAreThoseOfTheFileWithoutACopy) {
  ModelBuilder model;
  model.input("z", {1, 128}).output("s");
  model.tensor("w", proto::TensorProto::UINT8, {64, 128}).set_raw_data(std::string(64 * 128, '<'));
  model.floats("scale", {}, {0.5});
  model.node("DequantizeLinear", {"w", "scale"}, {"matrix"});
  set(model.node("Gemm", {"z", "matrix"}, {"s"}), "transB", int64_t(1));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense_resource<c> : tensor<64x128xi8> : "
                              "tensor<64x128x!quant.uniform<u8:f32, 5.000000e-01>>"),
                    Not(HasSubstr("dense_resource<c_"))));
}

TEST(OnnxArgMax, ReadsBackwardsForTheLastIndex) {
  EXPECT_THAT(unary("ArgMax",
                    [](proto::NodeProto &node) {
                      set(node, "axis", int64_t(3));
                      set(node, "select_last_index", int64_t(1));
                    }),
              AllOf(HasSubstr("strides [1, 1, 1, -1]"), HasSubstr("graph.sub")));
}

TEST(OnnxGather, OfComputedIndicesCountsFromTheBack) {
  ModelBuilder model;
  model.input("x", {4, 3}).input("i", {2}, proto::TensorProto::INT64).output("y");
  model.node("Gather", {"x", "i"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.less %arg1"), HasSubstr("graph.select"),
                    HasSubstr("axis 0 : (tensor<4x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>")));
}

TEST(OnnxWidening, ComputesSmallTypesInLargerOnes) {
  ModelBuilder model;
  model.input("x", {4}, proto::TensorProto::UINT8).input("z", {4}, proto::TensorProto::UINT8);
  model.output("y").node("Add", {"x", "z"}, {"y"});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("graph.add %0, %1 : (tensor<4xi32>, tensor<4xi32>)"),
                    HasSubstr("(tensor<4xi32>) -> tensor<4xui8>")));
}

TEST(OnnxEinsum, TakesAnEllipsisAndAnImpliedResult) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).input("z", {4, 5}).output("y");
  set(model.node("Einsum", {"x", "z"}, {"y"}), "equation", std::string("...i,ij"));
  EXPECT_THAT(importText(model), HasSubstr("-> (tensor<2x3x5xf32>"));
}

struct OneOp {
  const char *kind, *op;
};
class OneOps : public ::testing::TestWithParam<OneOp> {};
TEST_P(OneOps, AreOneOpOfTheGraph) {
  EXPECT_THAT(unary(GetParam().kind, [](auto &) {}, 20), HasSubstr(GetParam().op));
}

INSTANTIATE_TEST_SUITE_P(
    Onnx, OneOps,
    ::testing::Values(OneOp{"Relu", "graph.relu %"}, OneOp{"Sigmoid", "graph.sigmoid %"},
                      OneOp{"Tanh", "graph.tanh %"}, OneOp{"HardSwish", "graph.hard_swish %"},
                      OneOp{"Exp", "graph.exp %"}, OneOp{"Log", "graph.log %"},
                      OneOp{"Sqrt", "graph.sqrt %"}, OneOp{"Abs", "graph.abs %"},
                      OneOp{"Neg", "graph.neg %"}, OneOp{"Floor", "graph.floor %"},
                      OneOp{"Gelu", "graph.gelu %"}, OneOp{"Elu", "graph.elu %"},
                      OneOp{"LeakyRelu", "graph.leaky_relu %"}, OneOp{"Reciprocal", "graph.div %"},
                      OneOp{"Ceil", "graph.ceil %"}, OneOp{"Selu", "graph.elu %"},
                      OneOp{"Softplus", "graph.log %"}, OneOp{"Mish", "graph.tanh %"},
                      OneOp{"Erf", "graph.erf %"}, OneOp{"Round", "graph.round %"},
                      OneOp{"Atan", "graph.atan %"}, OneOp{"Tan", "graph.cos %"},
                      OneOp{"Acosh", "graph.log %"}, OneOp{"IsNaN", "graph.not_equal %"},
                      OneOp{"Sign", "graph.greater %"}, OneOp{"ReduceProd", "graph.reduce_prod %"},
                      OneOp{"ArgMin", "graph.arg_min %"}, OneOp{"Hardmax", "graph.arg_max %"},
                      OneOp{"LogSoftmax", "graph.log_softmax %"},
                      OneOp{"ReduceLogSumExp", "graph.reduce_max %"},
                      OneOp{"MeanVarianceNormalization", "graph.rsqrt %"}),
    [](const auto &info) { return std::string(info.param.kind); });

} // namespace
} // namespace tandem::onnx
