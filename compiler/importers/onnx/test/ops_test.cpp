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

/// x [1,2,4,4] through one node; `more` sets attributes.
template <typename More>
std::string unary(const std::string &kind, More more, int64_t opset = 17,
                  std::initializer_list<int64_t> dims = {1, 2, 4, 4}) {
  ModelBuilder model(opset);
  model.input("x", dims).output("y");
  more(model.node(kind, {"x"}, {"y"}));
  return importText(model);
}
std::string unary(const std::string &kind) {
  return unary(kind, [](auto &) {});
}

TEST(OnnxConv, TurnsImageAndFilterIntoTheGraphsOrder) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).floats("w", {2, 1, 1, 3}, {0, 1, 2, 3, 4, 5}).output("y");
  proto::NodeProto &node = model.node("Conv", {"x", "w"}, {"y"});
  set(node, "pads", Ints{0, 1, 0, 2});
  set(node, "strides", Ints{2, 1});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("@main(%arg0: tensor<1x1x4x4xf32> {graph.name = \"x\"}) -> "
                              "(tensor<1x2x2x5xf32> {graph.name = \"y\"})"),
                    HasSubstr("dense<[[[[0.000000e+00], [1.000000e+00], [2.000000e+00]]], "
                              "[[[3.000000e+00], [4.000000e+00], [5.000000e+00]]]]>"),
                    HasSubstr("stride [2, 1] pad_low [0, 1] pad_high [0, 2]")));
}

TEST(OnnxConv, KeepsGroupsAndMakesOneFilterPerChannelDepthwise) {
  ModelBuilder grouped, depthwise;
  grouped.input("x", {1, 4, 2, 2}).floats("w", {2, 2, 1, 1}, {1, 2, 3, 4}).output("y");
  set(grouped.node("Conv", {"x", "w"}, {"y"}), "group", int64_t(2));
  EXPECT_THAT(importText(grouped), HasSubstr("groups 2"));
  depthwise.input("x", {1, 2, 2, 2}).floats("w", {2, 1, 1, 1}, {1, 2}).output("y");
  set(depthwise.node("Conv", {"x", "w"}, {"y"}), "group", int64_t(2));
  EXPECT_THAT(importText(depthwise), HasSubstr("graph.depthwise_conv_2d"));
}

TEST(OnnxConv, PadsAsAutoPadSays) {
  auto withPad = [](const std::string &pad) {
    ModelBuilder model;
    model.input("x", {1, 1, 4, 5}).floats("w", {1, 1, 2, 2}, {1, 2, 3, 4}).output("y");
    set(model.node("Conv", {"x", "w"}, {"y"}), "auto_pad", pad);
    return importText(model);
  };
  EXPECT_THAT(withPad("SAME_UPPER"), HasSubstr("pad_high [1, 1]"));
  EXPECT_THAT(withPad("SAME_LOWER"), HasSubstr("pad_low [1, 1]"));
  EXPECT_THAT(withPad("VALID"), Not(HasSubstr("pad_")));
  EXPECT_EQ(withPad("SAME"),
            "error: node 'n' (Conv): 'auto_pad' is 'SAME', which the format does not have");
}

TEST(OnnxConv, TakesRowsAsImagesOfHeightOne) {
  ModelBuilder model;
  model.input("x", {1, 2, 5}).floats("w", {1, 2, 3}, {1, 2, 3, 4, 5, 6}).output("y");
  set(model.node("Conv", {"x", "w"}, {"y"}), "pads", Ints{1, 1});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("-> (tensor<1x1x5xf32>"), HasSubstr("pad_low [0, 1] pad_high [0, 1]"),
                    HasSubstr("1x1x3x2xf32")));
}

std::string convOfVolume(std::initializer_list<int64_t> in, std::initializer_list<int64_t> filter,
                         int64_t groups = 1,
                         const std::function<void(proto::NodeProto &)> &adjust = {},
                         const char *kind = "Conv") {
  ModelBuilder model;
  size_t count = 1;
  for (int64_t extent : filter)
    count *= static_cast<size_t>(extent);
  model.input("x", in).floats("w", filter, std::vector<float>(count, 0.5f)).output("y");
  proto::NodeProto &node = model.node(kind, {"x", "w"}, {"y"});
  set(node, "group", groups);
  if (adjust)
    adjust(node);
  return importText(model);
}

TEST(OnnxConv, OfAVolumeAddsUpOneOfImagesForEachDepthOfTheFilter) {
  std::string text = convOfVolume({2, 3, 4, 5, 6}, {7, 3, 2, 3, 3}, 1, [](proto::NodeProto &node) {
    set(node, "pads", Ints{1, 0, 1, 0, 1, 0});
    set(node, "strides", Ints{2, 1, 2});
  });
  EXPECT_EQ(llvm::StringRef(text).count("graph.conv_2d"), 2u) << text;
  EXPECT_EQ(llvm::StringRef(text).count("graph.slice"), 2u);
  EXPECT_EQ(llvm::StringRef(text).count("graph.transpose"), 2u);
  EXPECT_THAT(text, AllOf(HasSubstr("low [0, 1, 0, 0, 0]"), HasSubstr("graph.add"),
                          HasSubstr("(tensor<4x5x6x3xf32>, tensor<7x3x3x3xf32>)"),
                          HasSubstr("stride [1, 2] pad_low [0, 1] pad_high [1, 0]"),
                          HasSubstr("-> (tensor<2x7x2x4x3xf32>")));
}

TEST(OnnxConv, OfAVolumeOfFewChannelsHasTheDepthsThatItSeesAsChannels) {
  std::string text = convOfVolume({1, 2, 4, 5, 6}, {7, 2, 3, 3, 3});
  EXPECT_EQ(llvm::StringRef(text).count("graph.conv_2d"), 1u) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("graph.concat"),
                          HasSubstr("(tensor<2x5x6x6xf32>, tensor<7x3x3x6xf32>)")));
}

TEST(OnnxConv, OfAVolumeWithoutRowsAndColumnsHasDepthsAsRows) {
  std::string text = convOfVolume({1, 3, 4, 5, 6}, {7, 3, 3, 1, 1}, 1, [](proto::NodeProto &node) {
    set(node, "pads", Ints{1, 0, 0, 1, 0, 0});
    set(node, "strides", Ints{2, 1, 3});
  });
  EXPECT_THAT(text, AllOf(Not(HasSubstr("graph.concat")), Not(HasSubstr("graph.pad")),
                          HasSubstr("(tensor<1x4x10x3xf32>, tensor<7x3x1x3xf32>)"),
                          HasSubstr("stride [2, 1] pad_low [1, 0] pad_high [1, 0]"),
                          HasSubstr("-> (tensor<1x7x2x5x2xf32>")));
}

TEST(OnnxConv, OfAVolumeMayHaveGroups) {
  std::string text = convOfVolume({1, 4, 3, 5, 5}, {6, 2, 2, 3, 3}, 2);
  EXPECT_THAT(text, AllOf(HasSubstr("(tensor<2x5x5x4xf32>, tensor<6x3x3x2xf32>)"),
                          HasSubstr("groups 2"), HasSubstr("-> (tensor<1x6x2x3x3xf32>")));
  std::string depthwise = convOfVolume({1, 4, 3, 5, 5}, {8, 1, 3, 3, 3}, 4);
  EXPECT_EQ(llvm::StringRef(depthwise).count("graph.depthwise_conv_2d"), 3u) << depthwise;
  EXPECT_EQ(llvm::StringRef(depthwise).count("graph.add"), 2u);
}

TEST(OnnxConv, OfAVolumeSaysWhatDoesNotFit) {
  EXPECT_EQ(convOfVolume({1, 3, 2, 5, 5}, {4, 3, 3, 1, 2}),
            "error: node 'n' (Conv): a window 3 deep for an input that is 2 deep with its padding");
  EXPECT_EQ(convOfVolume({1, 3, 2, 5, 5}, {4, 2, 1, 1, 1}),
            "error: node 'n' (Conv): a filter of shape 4x2x1x1x1 in 1 groups for an input of shape "
            "1x3x2x5x5");
}

TEST(OnnxConvTranspose, OfAVolumeHasAProductForEachPlaceOfTheStride) {
  std::string text = convOfVolume(
      {1, 3, 4, 5, 6}, {3, 2, 3, 3, 3}, 1,
      [](proto::NodeProto &node) {
        set(node, "strides", Ints{2, 2, 2});
        set(node, "pads", Ints{1, 1, 1, 1, 1, 1});
        set(node, "output_padding", Ints{1, 1, 0});
      },
      "ConvTranspose");
  EXPECT_EQ(llvm::StringRef(text).count("graph.transpose_conv_2d"), 2u) << text;
  // Of three places of the filter's depth two are a stride apart, and one is alone.
  EXPECT_THAT(text, AllOf(HasSubstr("tensor<2x3x3x6xf32>) -> tensor<5x10x11x2xf32>"),
                          HasSubstr("tensor<2x3x3x3xf32>) -> tensor<5x10x11x2xf32>"),
                          HasSubstr("-> (tensor<1x2x8x10x11xf32>")));
}

TEST(OnnxConv, RefusesMoreDimensions) {
  ModelBuilder model;
  model.input("x", {1, 1, 2, 2, 2, 2}).floats("w", {1, 1, 1, 1, 1, 1}, {1}).output("y");
  model.node("Conv", {"x", "w"}, {"y"});
  EXPECT_EQ(importText(model),
            "error: 1 unsupported operator: Conv (1: n; an input of shape 1x1x2x2x2x2, only images "
            "(rank 4) and rows (rank 3) are)");
}

TEST(OnnxConvTranspose, TakesOutputPaddingOffThePads) {
  ModelBuilder model;
  model.input("x", {1, 1, 3, 3}).floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1)).output("y");
  proto::NodeProto &node = model.node("ConvTranspose", {"x", "w"}, {"y"});
  set(node, "strides", Ints{2, 2});
  set(node, "pads", Ints{1, 1, 1, 1});
  set(node, "output_padding", Ints{1, 1});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("-> (tensor<1x1x6x6xf32>"),
                                       HasSubstr("pad_low [1, 1]"), Not(HasSubstr("pad_high"))));
}

TEST(OnnxConvTranspose, SpreadsADilatedFilterAndSplitsGroups) {
  ModelBuilder model;
  model.input("x", {1, 2, 2, 2}).floats("w", {2, 1, 1, 2}, {1, 2, 3, 4}).output("y");
  proto::NodeProto &node = model.node("ConvTranspose", {"x", "w"}, {"y"});
  set(node, "dilations", Ints{1, 2});
  set(node, "group", int64_t(2));
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("dense<[[[[1.000000e+00], [0.000000e+00], [2.000000e+00]]]]>"),
                    HasSubstr("graph.concat"), HasSubstr("-> (tensor<1x2x2x4xf32>")));
}

TEST(OnnxPool, RoundsUpAndCountsPadding) {
  auto pool = [](const std::string &kind, bool ceil, bool counts) {
    return unary(kind, [&](proto::NodeProto &node) {
      set(node, "kernel_shape", Ints{3, 3});
      set(node, "strides", Ints{2, 2});
      set(node, "pads", Ints{1, 1, 0, 0});
      if (ceil)
        set(node, "ceil_mode", int64_t(1));
      if (counts)
        set(node, "count_include_pad", int64_t(1));
    });
  };
  EXPECT_THAT(pool("MaxPool", false, false), HasSubstr("-> (tensor<1x2x2x2xf32>"));
  EXPECT_THAT(pool("MaxPool", true, false),
              AllOf(HasSubstr("-> (tensor<1x2x2x2xf32>"), HasSubstr("pad_low [1, 1]")));
  EXPECT_THAT(pool("AveragePool", false, true), HasSubstr("count_include_pad"));
  EXPECT_THAT(pool("AveragePool", false, false), Not(HasSubstr("count_include_pad")));
}

TEST(OnnxPool, LeavesWhatIsPastThePaddingOutOfTheCount) {
  std::string text = unary("AveragePool",
                           [](proto::NodeProto &node) {
                             set(node, "kernel_shape", Ints{2, 2});
                             set(node, "strides", Ints{2, 2});
                             set(node, "pads", Ints{1, 1, 0, 0});
                             set(node, "ceil_mode", int64_t(1));
                             set(node, "count_include_pad", int64_t(1));
                           },
                           17, {1, 1, 4, 4});
  EXPECT_THAT(text, AllOf(HasSubstr("graph.pad %"), HasSubstr("low [0, 1, 1, 0]"),
                          HasSubstr("pad_high [1, 1]"), Not(HasSubstr("count_include_pad"))));
}

TEST(OnnxPool, GlobalOnesAreReductions) {
  EXPECT_THAT(unary("GlobalAveragePool"), HasSubstr("graph.mean %arg0 axes [2, 3] keep_dims"));
  EXPECT_THAT(unary("GlobalMaxPool"), HasSubstr("graph.reduce_max %arg0 axes [2, 3] keep_dims"));
}

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

TEST(OnnxResize, TakesTheOpOfTheGraphWhereOneIsTheSame) {
  auto resized = [](const std::string &mode, const std::string &coordinates, const Ints &sizes) {
    ModelBuilder model;
    model.input("x", {1, 1, 4, 4}).ints("sizes", {4}, sizes).output("y");
    proto::NodeProto &node = model.node("Resize", {"x", "", "", "sizes"}, {"y"});
    set(node, "mode", mode);
    set(node, "coordinate_transformation_mode", coordinates);
    return importText(model);
  };
  EXPECT_THAT(resized("linear", "half_pixel", {1, 1, 8, 8}),
              HasSubstr("size [8, 8] half_pixel_centers"));
  EXPECT_THAT(resized("linear", "align_corners", {1, 1, 7, 9}),
              HasSubstr("size [7, 9] align_corners"));
  ModelBuilder cut; // 3.2 columns: the corners are not those of the three that there are
  cut.input("x", {1, 1, 4, 4}).floats("scales", {4}, {1, 1, 1, 0.8f}).output("y");
  proto::NodeProto &node = cut.node("Resize", {"x", "", "scales"}, {"y"});
  set(node, "mode", std::string("linear"));
  set(node, "coordinate_transformation_mode", std::string("align_corners"));
  EXPECT_THAT(importText(cut), Not(HasSubstr("graph.resize")));
  EXPECT_THAT(resized("nearest", "half_pixel", {1, 1, 8, 8}), HasSubstr("graph.resize_nearest"));
  // Half a pixel is rounded down where the graph rounds up.
  EXPECT_THAT(resized("nearest", "half_pixel", {1, 1, 2, 2}),
              AllOf(HasSubstr("graph.resize_nearest"), Not(HasSubstr("half_pixel_centers"))));
  // Columns 0, 1 and 3, which no form of the op takes.
  EXPECT_THAT(
      resized("nearest", "half_pixel", {1, 1, 4, 3}),
      AllOf(Not(HasSubstr("graph.resize")), HasSubstr("begin [0, 0, 0, 3] size [1, 1, 4, 1]")));
  EXPECT_THAT(resized("cubic", "half_pixel", {1, 1, 8, 4}),
              AllOf(HasSubstr("graph.fully_connected"), HasSubstr("-> (tensor<1x1x8x4xf32>")));
}

TEST(OnnxBlock, HasBothOrders) {
  auto shuffled = [](const std::string &mode) {
    return unary("DepthToSpace",
                 [&](proto::NodeProto &node) {
                   set(node, "blocksize", int64_t(2));
                   set(node, "mode", mode);
                 },
                 17, {1, 8, 2, 2});
  };
  EXPECT_THAT(shuffled("DCR"),
              AllOf(HasSubstr("graph.depth_to_space"), Not(HasSubstr("permutation [0, 2, 1]"))));
  EXPECT_THAT(shuffled("CRD"), HasSubstr("permutation [0, 2, 1]"));
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

TEST(OnnxPool, OfVolumesIsOneOfImagesAndOneOverDepths) {
  ModelBuilder model;
  model.input("x", {2, 3, 4, 6, 7}).output("y");
  proto::NodeProto &node = model.node("MaxPool", {"x"}, {"y"});
  set(node, "kernel_shape", Ints{3, 2, 3});
  set(node, "strides", Ints{2, 2, 2});
  set(node, "pads", Ints{1, 0, 1, 1, 0, 1});
  EXPECT_THAT(importText(model),
              AllOf(HasSubstr("window [2, 3] stride [2, 2] pad_low [0, 1] pad_high [0, 1] : "
                              "(tensor<8x6x7x3xf32>) -> tensor<8x3x4x3xf32>"),
                    HasSubstr("window [3, 1] stride [2, 1] pad_low [1, 0] pad_high [1, 0] : "
                              "(tensor<2x4x12x3xf32>) -> tensor<2x2x12x3xf32>"),
                    HasSubstr("-> (tensor<2x3x2x3x4xf32>")));
}

TEST(OnnxPool, OfVolumesWithElementsLeftOutIsTheLargestOfSlices) {
  ModelBuilder model;
  model.input("x", {1, 1, 3, 3, 3}).output("y");
  proto::NodeProto &node = model.node("MaxPool", {"x"}, {"y"});
  set(node, "kernel_shape", Ints{1, 2, 2});
  set(node, "dilations", Ints{1, 2, 1});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.maximum"), Not(HasSubstr("max_pool")),
                                       HasSubstr("-> (tensor<1x1x3x1x2xf32>")));
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
