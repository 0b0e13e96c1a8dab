// Operators that exporters seldom write, by what they become; as ops_test.cpp.
#include "compiler/importers/onnx/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::onnx {
namespace {

int countOf(const std::string &text, const std::string &part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(OnnxWindows, AreConstants) {
  auto window = [](const std::string &kind, int64_t size, bool isPeriodic) {
    ModelBuilder model;
    model.ints("n", {}, {size}).output("y");
    set(model.node(kind, {"n"}, {"y"}), "periodic", int64_t(isPeriodic));
    return importText(model);
  };
  EXPECT_THAT(window("HannWindow", 4, true),
              HasSubstr("dense<[0.000000e+00, 5.000000e-01, 1.000000e+00, 5.000000e-01]>"));
  EXPECT_THAT(window("HannWindow", 3, false),
              HasSubstr("dense<[0.000000e+00, 1.000000e+00, 0.000000e+00]>"));
  EXPECT_THAT(window("BlackmanWindow", 2, true), HasSubstr("1.000000e+00]>"));
  EXPECT_THAT(window("HammingWindow", 2, true), HasSubstr("1.000000e+00]>"));
  EXPECT_EQ(window("HannWindow", -1, true), "error: node 'n' (HannWindow): the size is -1");
}

TEST(OnnxWindows, WeighsFrequenciesByTriangles) {
  auto weights = [](int64_t length) {
    ModelBuilder model;
    model.ints("bins", {}, {2}).ints("length", {}, {length}).ints("rate", {}, {8});
    model.floats("low", {}, {0}).floats("high", {}, {4}).output("y");
    model.node("MelWeightMatrix", {"bins", "length", "rate", "low", "high"}, {"y"});
    return importText(model);
  };
  // The triangles have their corners at places 0, 1, 2 and 3.
  EXPECT_THAT(weights(8), HasSubstr("dense<[[0.000000e+00, 0.000000e+00], [1.000000e+00, "
                                    "0.000000e+00], [0.000000e+00, 1.000000e+00], "));
  EXPECT_EQ(weights(0),
            "error: node 'n' (MelWeightMatrix): 2 bins of a transform of 0 at a rate of 8");
}

std::string align(const std::string &mode, int64_t samples, int64_t opset = 16,
                  std::initializer_list<int64_t> corners = {5, 4}) {
  ModelBuilder model(opset);
  model.input("x", {2, 3, 8, 9}).input("rois", corners);
  model.input("which", {*corners.begin()}, proto::TensorProto::INT64).output("y");
  proto::NodeProto &node = model.node("RoiAlign", {"x", "rois", "which"}, {"y"});
  set(node, "mode", mode);
  set(node, "sampling_ratio", samples);
  set(node, "output_height", int64_t(4));
  set(node, "output_width", int64_t(6));
  return importText(model);
}

TEST(OnnxRegions, ReadsFourElementsForEachPlace) {
  EXPECT_EQ(countOf(align("avg", 1), "graph.gather"), 4);
  std::string text = align("avg", 2);
  EXPECT_EQ(countOf(text, "graph.gather"), 16);
  EXPECT_THAT(text, HasSubstr("-> (tensor<5x3x4x6xf32>"));
  // Before opset 16 no region is smaller than an element.
  EXPECT_EQ(countOf(align("avg", 2, 15), "graph.maximum"), countOf(text, "graph.maximum") + 2);
  EXPECT_EQ(countOf(align("max", 2), "graph.maximum"), countOf(text, "graph.maximum") + 15);
}

TEST(OnnxRegions, RefusesWhatDependsOnTheSizeOfARegion) {
  EXPECT_THAT(align("avg", 0),
              HasSubstr("as many samples as a region is large ('sampling_ratio' 0)"));
  EXPECT_EQ(align("avg", 17),
            "error: node 'n' (RoiAlign): 17 samples along each side, expected 1 to 16");
  EXPECT_THAT(align("avg", 2, 16, {5, 5}), HasSubstr("regions of shape 5x5 and 5 in images"));
  EXPECT_EQ(align("min", 2), "error: node 'n' (RoiAlign): 'mode' is 'min', which the format does "
                             "not have");
}

TEST(OnnxRegions, TakesTheLargestOfFourRunsThatAreMadeOnce) {
  ModelBuilder model;
  model.input("x", {1, 3, 8, 9}).input("rois", {5, 5}).output("y");
  set(model.node("MaxRoiPool", {"x", "rois"}, {"y"}), "pooled_shape", std::vector<int64_t>{2, 3});
  std::string text = importText(model);
  EXPECT_EQ(countOf(text, "graph.gather"), 4);
  // 1, 2, 4 and 8 rows of 1, 2, 4 and 8 columns.
  EXPECT_THAT(text, AllOf(HasSubstr("tensor<1152x3xf32>"), HasSubstr("-> (tensor<5x3x2x3xf32>")));
}

std::string deform(std::initializer_list<int64_t> offsets, int64_t groups = 1) {
  ModelBuilder model(19);
  model.input("x", {1, 4, 6, 7}).input("offset", offsets).output("y");
  model.floats("w", {2, 4 / groups, 3, 3}, std::vector<float>(72 / groups, 0.5f));
  proto::NodeProto &node = model.node("DeformConv", {"x", "w", "offset"}, {"y"});
  set(node, "offset_group", int64_t(2));
  set(node, "group", groups);
  return importText(model);
}

TEST(OnnxDeformConv, ReadsWhereOffsetsSayAndMultipliesOnce) {
  std::string text = deform({1, 36, 4, 5});
  EXPECT_EQ(countOf(text, "graph.gather"), 8) << "two groups of offsets";
  EXPECT_EQ(countOf(text, "graph.fully_connected"), 1);
  EXPECT_THAT(text, HasSubstr("-> (tensor<1x2x4x5xf32>"));
  EXPECT_EQ(countOf(deform({1, 36, 4, 5}, 2), "graph.fully_connected"), 2);
  EXPECT_THAT(deform({1, 18, 4, 5}), HasSubstr("offsets of shape 1x18x4x5, 1 groups and 2 groups "
                                               "of offsets, which do not fit"));
}

TEST(OnnxUnfolding, AddsUpWhatWindowsHaveForAnElement) {
  auto columns = [](std::initializer_list<int64_t> input) {
    ModelBuilder model(18);
    model.input("x", input).ints("image", {2}, {5, 5}).ints("block", {2}, {1, 5}).output("y");
    model.node("Col2Im", {"x", "image", "block"}, {"y"});
    return importText(model);
  };
  std::string text = columns({1, 10, 5});
  EXPECT_EQ(countOf(text, "graph.pad"), 5) << text;
  EXPECT_THAT(text, HasSubstr("-> (tensor<1x2x5x5xf32>"));
  EXPECT_THAT(columns({1, 10, 4}),
              HasSubstr("an input of shape 1x10x4 for windows of 1x5 at 5x1 places"));
}

TEST(OnnxDet, MultipliesEachChoiceOfColumnsOnce) {
  auto det = [](int64_t rows, int64_t columns) {
    ModelBuilder model;
    model.input("x", {2, rows, columns}).output("y");
    model.node("Det", {"x"}, {"y"});
    return importText(model);
  };
  // Of the last two rows three choices of two products each, and three by the first row.
  EXPECT_EQ(countOf(det(3, 3), "graph.mul"), 9);
  EXPECT_THAT(det(1, 1), HasSubstr("-> (tensor<2xf32>"));
  EXPECT_THAT(det(7, 7), HasSubstr("a matrix of 7x7, at most 6x6 is"));
  EXPECT_THAT(det(2, 3), HasSubstr("an input of shape 2x2x3"));
}

TEST(OnnxOps, TakesANormOverAWholeImage) {
  ModelBuilder model;
  model.input("x", {1, 2, 3, 4}).output("y");
  set(model.node("GlobalLpPool", {"x"}, {"y"}), "p", int64_t(1));
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.abs"), HasSubstr("graph.sum"),
                                       HasSubstr("-> (tensor<1x2x1x1xf32>")));
}

TEST(OnnxOps, WeighsByASwish) {
  ModelBuilder model(28);
  model.input("gate", {2, 3}).input("value", {2, 3}).output("y");
  model.node("SwiGLU", {"gate", "value"}, {"y"});
  EXPECT_THAT(importText(model), AllOf(HasSubstr("graph.sigmoid"), HasSubstr("graph.mul")));
}

TEST(OnnxRecurrent, AddsUpConstantBiases) {
  ModelBuilder model;
  model.input("x", {1, 1, 1}).floats("w", {1, 1, 1}, {1}).floats("r", {1, 1, 1}, {1});
  model.floats("b", {1, 2}, {1, 2}).output("y");
  model.node("RNN", {"x", "w", "r", "b"}, {"y"});
  EXPECT_THAT(importText(model), HasSubstr("dense<3.000000e+00>"));
}

TEST(OnnxConvTranspose, GoesOnBeyondWhatTheFilterReaches) {
  auto result = [](const std::string &attribute, const std::vector<int64_t> &values) {
    ModelBuilder model;
    model.input("x", {1, 1, 2, 2}).floats("w", {1, 1, 1, 2}, {1, 2}).output("y");
    proto::NodeProto &node = model.node("ConvTranspose", {"x", "w"}, {"y"});
    set(node, "strides", std::vector<int64_t>{1, 3});
    set(node, attribute, values);
    return importText(model);
  };
  // The filter gets elements that are 0, at its end.
  EXPECT_THAT(result("output_padding", {0, 1}),
              AllOf(HasSubstr("graph.pad %1 low [0, 0, 0, 0] high [0, 0, 1, 0]"),
                    HasSubstr("-> (tensor<1x1x2x6xf32>")));
  EXPECT_THAT(result("output_shape", {2, 7}),
              AllOf(HasSubstr("graph.pad %1 low [0, 0, 0, 0] high [0, 0, 2, 0]"),
                    HasSubstr("-> (tensor<1x1x2x7xf32>")));
}

/// The places of a pool's results in x, of shape 2x1x3x4.
std::string placesOfPool(bool isColumnMajor, const std::vector<int64_t> &pads) {
  ModelBuilder model;
  model.input("x", {2, 1, 3, 4}).output("y").output("places");
  proto::NodeProto &node = model.node("MaxPool", {"x"}, {"y", "places"});
  set(node, "kernel_shape", std::vector<int64_t>{2, 2});
  set(node, "pads", pads);
  set(node, "storage_order", int64_t(isColumnMajor));
  return importText(model);
}

TEST(OnnxMaxPool, CountsThePlacesOfItsResultsThroughTheWholeInput) {
  std::string rows = placesOfPool(false, {0, 0, 0, 0});
  EXPECT_EQ(countOf(rows, "graph.greater"), 3) << rows;
  EXPECT_THAT(rows, AllOf(HasSubstr("dense<5> : tensor<1x1x1x1xi32>"), // a row and a column on
                          HasSubstr("dense<[[[[0]]], [[[12]]]]>"),
                          HasSubstr("dense<[[[[0], [4]]]]>"), HasSubstr("dense<[[[[0, 1, 2]]]]>"),
                          HasSubstr("tensor<2x1x2x3xi64> {graph.name = \"places\"}")));
  EXPECT_THAT(placesOfPool(true, {0, 0, 0, 0}),
              AllOf(HasSubstr("dense<[[[[0], [1]]]]>"), HasSubstr("dense<[[[[0, 3, 6]]]]>")));
  EXPECT_THAT(placesOfPool(false, {1, 0, 0, 0}),
              AllOf(HasSubstr("low [0, 0, 1, 0] high [0, 0, 0, 0] value 0xFF800000"),
                    HasSubstr("dense<[[[[-4], [0], [4]]]]>")));
}

} // namespace
} // namespace tandem::onnx
