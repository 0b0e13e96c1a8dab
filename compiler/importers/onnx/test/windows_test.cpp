// Convolutions, pools and what else looks at places near by: what each operator becomes.
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

} // namespace
} // namespace tandem::onnx
