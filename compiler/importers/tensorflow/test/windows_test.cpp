// Convolutions, pools and what else looks at places near by: what each operator becomes.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tandem::tensorflow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TensorflowConv2d, TurnsTheFilterAndPadsTheHighEnd) {
  GraphBuilder g;
  g.input("x", {1, 5, 5, 2});
  g.floats("w", {1, 2, 2, 3}, counted(12));
  g.op("Conv2D", "y", {"x", "w"}).list("strides", {1, 2, 2, 1}).string("padding", "SAME");
  EXPECT_THAT(
      g.text(),
      AllOf(HasSubstr("%arg0: tensor<1x5x5x2xf32> {graph.name = \"x\"}"),
            HasSubstr("-> (tensor<1x3x3x3xf32> {graph.name = \"y\"})"),
            // HWIO counts up: output 0 has elements 0, 3, 6, 9
            HasSubstr("dense<[[[[0.000000e+00, 3.000000e+00], [6.000000e+00, 9.000000e+00]]]"),
            HasSubstr("graph.conv_2d %arg0, %0 stride [2, 2] pad_high [0, 1] :")));
}

TEST(TensorflowConv2d, TakesExplicitPadsDilationAndGroupsOfChannelsFirst) {
  GraphBuilder g;
  g.input("x", {1, 4, 8, 8});
  g.floats("w", {3, 3, 2, 6}, counted(108));
  g.op("Conv2D", "y", {"x", "w"})
      .list("strides", {1, 1, 1, 2})
      .list("dilations", {1, 1, 2, 1})
      .string("padding", "EXPLICIT")
      .list("explicit_paddings", {0, 0, 0, 0, 1, 2, 3, 4})
      .string("data_format", "NCHW");
  EXPECT_THAT(
      g.text(),
      AllOf(HasSubstr("graph.transpose %arg0 permutation [0, 2, 3, 1]"),
            HasSubstr("stride [1, 2] dilation [2, 1] pad_low [1, 3] pad_high [2, 4] groups 2"),
            HasSubstr("permutation [0, 3, 1, 2] : (tensor<1x7x7x6xf32>) -> "
                      "tensor<1x6x7x7xf32>")));
}

TEST(TensorflowConv2d, RefusesStridesOverChannelsAndOtherFormats) {
  GraphBuilder g;
  g.input("x", {1, 4, 8, 8});
  g.floats("w", {1, 1, 8, 1}, counted(8));
  g.op("Conv2D", "a", {"x", "w"}).list("strides", {1, 1, 1, 2}).string("padding", "VALID");
  g.op("Conv2D", "b", {"x", "w"}).string("data_format", "NCHW_VECT_C").string("padding", "VALID");
  EXPECT_EQ(g.text(), "error: 2 unsupported operators: Conv2D (1: a; 'strides' over batch or "
                      "channels), Conv2D (1: b; 'data_format' 'NCHW_VECT_C', only NHWC and NCHW "
                      "are)");
}

TEST(TensorflowDepthwise, JoinsChannelAndMultiplier) {
  GraphBuilder g;
  g.input("x", {1, 4, 4, 2});
  g.floats("w", {3, 3, 2, 2}, counted(36));
  g.op("DepthwiseConv2dNative", "y", {"x", "w"})
      .list("strides", {1, 1, 1, 1})
      .string("padding", "VALID");
  EXPECT_THAT(g.text(), HasSubstr("graph.depthwise_conv_2d %arg0, %0 : (tensor<1x4x4x2xf32>, "
                                  "tensor<1x3x3x4xf32>) -> tensor<1x2x2x4xf32>"));
}

TEST(TensorflowConv2dBackpropInput, FindsThePadsThatTheResultsSizeLeaves) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 3});
  g.ints("size", {1, 4, 4, 5});
  g.floats("w", {3, 3, 5, 3}, counted(135));
  g.op("Conv2DBackpropInput", "y", {"size", "w", "x"})
      .list("strides", {1, 2, 2, 1})
      .string("padding", "SAME");
  EXPECT_THAT(g.text(), HasSubstr("graph.transpose_conv_2d %arg0, %0 stride [2, 2] pad_high [1, 1] "
                                  ": (tensor<1x2x2x3xf32>, tensor<5x3x3x3xf32>) -> "
                                  "tensor<1x4x4x5xf32>"));
}

TEST(TensorflowConv3d, HasTheDepthsThatItSeesAsChannels) {
  for (const char *format : {"NDHWC", "NCDHW"}) {
    bool isFirst = format[1] == 'C';
    GraphBuilder g;
    g.input("x", isFirst ? Dims{1, 2, 4, 5, 5} : Dims{1, 4, 5, 5, 2});
    g.floats("w", {2, 3, 3, 2, 6}, counted(216));
    g.op("Conv3D", "y", {"x", "w"})
        .list("strides", isFirst ? Dims{1, 1, 2, 2, 2} : Dims{1, 2, 2, 2, 1})
        .string("padding", "SAME")
        .string("data_format", format);
    EXPECT_THAT(g.text(), AllOf(HasSubstr("stride [2, 2] pad_low [1, 1] pad_high [1, 1]"),
                                HasSubstr("(tensor<2x5x5x4xf32>, tensor<6x3x3x4xf32>) -> "),
                                HasSubstr(isFirst ? "-> (tensor<1x6x2x3x3xf32>"
                                                  : "-> (tensor<1x2x3x3x6xf32>")));
  }
}

TEST(TensorflowConv, IsOfImagesAndVolumes) {
  GraphBuilder g;
  g.input("x", {1, 4, 5, 5});
  g.floats("w", {3, 3, 2, 6}, counted(108));
  g.op("Conv", "y", {"x", "w"})
      .list("strides", {1, 1, 2, 1})
      .string("padding", "EXPLICIT")
      .list("explicit_paddings", {0, 0, 0, 0, 1, 2, 0, 1})
      .string("data_format", "CHANNELS_FIRST");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("stride [2, 1] pad_low [1, 0] pad_high [2, 1] groups 2"),
                              HasSubstr("-> (tensor<1x6x3x4xf32>")));
  GraphBuilder row;
  row.input("x", {1, 5, 2});
  row.floats("w", {3, 2, 6}, counted(36));
  row.op("Conv", "y", {"x", "w"}).string("padding", "SAME");
  EXPECT_THAT(row.text(), HasSubstr("only images (rank 4) and volumes (rank 5) are"));
}

TEST(TensorflowConv3dBackpropInput, FindsThePadsThatTheResultsSizeLeaves) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 2, 3});
  g.ints("size", {1, 4, 3, 4, 5});
  g.floats("w", {3, 3, 3, 5, 3}, counted(405));
  g.op("Conv3DBackpropInputV2", "y", {"size", "w", "x"})
      .list("strides", {1, 2, 2, 2, 1})
      .string("padding", "SAME");
  EXPECT_THAT(g.text(), AllOf(HasSubstr("stride [2, 2] pad_low [1, 0] pad_high [1, 1]"),
                              HasSubstr("-> (tensor<1x4x3x4x5xf32>")));
}

TEST(TensorflowPool3d, IsOneOfImagesAndOneOverDepths) {
  for (const char *op : {"MaxPool3D", "AvgPool3D"}) {
    GraphBuilder g;
    g.input("x", {1, 5, 6, 7, 3});
    g.op(op, "y", {"x"})
        .list("ksize", {1, 2, 3, 3, 1})
        .list("strides", {1, 2, 2, 2, 1})
        .string("padding", "SAME");
    EXPECT_THAT(g.text(),
                AllOf(HasSubstr("window [3, 3] stride [2, 2] pad_low [0, 1] pad_high [1, 1]"),
                      HasSubstr("window [2, 1] stride [2, 1] pad_high [1, 0]"),
                      HasSubstr("-> (tensor<1x3x3x4x3xf32>")));
  }
  GraphBuilder g;
  g.input("x", {1, 5, 6, 3});
  g.op("MaxPool3D", "y", {"x"}).string("padding", "SAME");
  EXPECT_THAT(g.text(), HasSubstr("its input has shape 1x5x6x3, expected rank 5"));
}

TEST(TensorflowPools, SlideByTheirWindow) {
  GraphBuilder g;
  g.input("x", {1, 5, 5, 2});
  g.op("MaxPool", "a", {"x"})
      .list("ksize", {1, 3, 2, 1})
      .list("strides", {1, 2, 2, 1})
      .string("padding", "SAME");
  g.op("AvgPool", "b", {"x"})
      .list("ksize", {1, 2, 2, 1})
      .list("strides", {1, 1, 1, 1})
      .string("padding", "VALID");
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("graph.max_pool_2d %arg0 window [3, 2] stride [2, 2] pad_low [1, 0] "
                              "pad_high [1, 1]"),
                    HasSubstr("graph.average_pool_2d %arg0 window [2, 2] :")));
}

TEST(TensorflowResizes, KeepTheirKindOfCentre) {
  GraphBuilder g;
  g.input("x", {1, 2, 2, 3});
  g.ints("size", {4, 6});
  g.op("ResizeBilinear", "a", {"x", "size"}).flag("half_pixel_centers", true);
  g.op("ResizeNearestNeighbor", "b", {"x", "size"}).flag("align_corners", true);
  EXPECT_THAT(g.text(),
              AllOf(HasSubstr("graph.resize_bilinear %arg0 size [4, 6] half_pixel_centers"),
                    HasSubstr("graph.resize_nearest %arg0 size [4, 6] align_corners")));
}

TEST(TensorflowBlocks, MoveBetweenPixelsChannelsAndBatch) {
  GraphBuilder g;
  g.input("x", {1, 4, 4, 4});
  g.ints("block", {2, 2});
  g.ints("borders", {2, 2}, {0, 0, 0, 0});
  g.op("SpaceToDepth", "a", {"x"}).integer("block_size", 2);
  g.op("DepthToSpace", "b", {"x"}).integer("block_size", 2);
  g.op("SpaceToBatchND", "c", {"x", "block", "borders"});
  g.op("BatchToSpaceND", "d", {"c", "block", "borders"});
  EXPECT_THAT(g.text(), AllOf(HasSubstr("graph.space_to_depth %arg0 block 2"),
                              HasSubstr("graph.depth_to_space %arg0 block 2"),
                              HasSubstr("-> tensor<4x2x2x4xf32>"),
                              HasSubstr("tensor<1x4x4x4xf32> {graph.name = \"d\"}")));
}

} // namespace
} // namespace tandem::tensorflow::test
