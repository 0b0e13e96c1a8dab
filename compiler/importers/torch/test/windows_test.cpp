// Convolutions, pools and what else looks at places near by: what each operator becomes.
#include "compiler/importers/torch/test/program_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace tandem::torch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string gridSampler(int mode, int padding, const Ints &grid = {1, 4, 5, 2}) {
  ProgramBuilder p;
  p.input("image", {1, 3, 6, 7});
  p.input("grid", grid);
  p.node("grid_sampler.default",
         {{"input", tensor("image")},
          {"grid", tensor("grid")},
          {"interpolation_mode", number(mode)},
          {"padding_mode", number(padding)},
          {"align_corners", flag(false)}},
         "y", {1, 3, 4, 5});
  return p.text();
}

TEST(TorchGridSampler, GathersOneRowOfPixelsForEachElementThatCounts) {
  EXPECT_EQ(countOf(gridSampler(/*nearest=*/1, 0), "graph.gather"), 1);
  EXPECT_EQ(countOf(gridSampler(/*bilinear=*/0, 0), "graph.gather"), 4);
  EXPECT_EQ(countOf(gridSampler(/*bicubic=*/2, 0), "graph.gather"), 16);
}

TEST(TorchGridSampler, SaysWhatCountsOutside) {
  // Zeros are a weight of whether the place is inside; mirror images a remainder.
  EXPECT_THAT(gridSampler(1, /*zeros=*/0),
              AllOf(HasSubstr("graph.equal"), Not(HasSubstr("graph.floor_mod"))));
  EXPECT_THAT(gridSampler(1, /*border=*/1),
              AllOf(Not(HasSubstr("graph.equal")), Not(HasSubstr("graph.floor_mod"))));
  EXPECT_THAT(gridSampler(1, /*reflection=*/2),
              AllOf(Not(HasSubstr("graph.equal")), HasSubstr("graph.floor_mod")));
}

TEST(TorchGridSampler, RefusesWhatMakesNoSense) {
  EXPECT_EQ(gridSampler(3, 0),
            "error: node 'y' (aten.grid_sampler.default): mode 3 with padding 0");
  EXPECT_EQ(gridSampler(0, 0, {1, 4, 5, 3}),
            "error: node 'y' (aten.grid_sampler.default): places of shape 1x4x5x3 in an image of "
            "shape 1x3x6x7");
}

std::string roiAlign(int samples) {
  ProgramBuilder p;
  p.input("image", {1, 3, 6, 7});
  p.input("rois", {4, 5});
  p.node("torchvision.roi_align.default",
         {{"input", tensor("image")},
          {"rois", tensor("rois")},
          {"spatial_scale", number(1)},
          {"pooled_height", number(2)},
          {"pooled_width", number(3)},
          {"sampling_ratio", number(samples)},
          {"aligned", flag(true)}},
         "y", {4, 3, 2, 3});
  return p.text();
}

TEST(TorchRegions, GathersFourElementsForEachSample) {
  EXPECT_EQ(countOf(roiAlign(2), "graph.gather"), 16);
  EXPECT_THAT(roiAlign(-1), HasSubstr("as many samples as a region is large"));
}

TEST(TorchAdaptivePool, AveragesWindowsOfUnequalSize) {
  ProgramBuilder p;
  p.input("x", {1, 2, 5, 5});
  p.node("adaptive_avg_pool2d.default", {{"self", tensor("x")}, {"output_size", ints({2, 2})}}, "y",
         {1, 2, 2, 2});
  EXPECT_THAT(p.text(), Not(HasSubstr("error")));
}

TEST(TorchPixelShuffle, RefusesChannelsThatItDoesNotDivide) {
  ProgramBuilder p;
  p.input("x", {1, 6, 4, 4});
  p.node("pixel_shuffle.default", {{"self", tensor("x")}, {"upscale_factor", number(2)}}, "y",
         {1, 1, 8, 8});
  EXPECT_EQ(p.text(), "error: node 'y' (aten.pixel_shuffle.default): 'upscale_factor' is 2 for 6 "
                      "channels");
}

/// A convolution of a volume of 3 depths, whose result has that shape.
std::string convolutionOfVolume(const char *target, const Ints &weight, const Ints &result,
                                Json more) {
  ProgramBuilder p;
  p.input("x", {2, 4, 3, 5, 6});
  p.weight("w", weight,
           std::vector<float>(weight[0] * weight[1] * weight[2] * weight[3] * weight[4]));
  more.update({{"input", tensor("x")}, {"weight", tensor("w")}});
  p.node(target, more, "y", result);
  return p.text();
}

TEST(TorchConvolution, OfAVolumeAddsUpOneOfImagesForEachDepthOfTheFilter) {
  EXPECT_THAT(convolutionOfVolume("conv3d.default", {8, 4, 3, 3, 3}, {2, 8, 3, 2, 3},
                                  {{"padding", ints({1, 0, 1})}, {"stride", ints({1, 2})}}),
              HasSubstr("'stride' is 1x2, expected one or three numbers"));
  EXPECT_THAT(convolutionOfVolume("conv3d.default", {8, 4, 3, 3, 3}, {2, 8, 3, 2, 3},
                                  {{"padding", ints({1, 0, 1})}, {"stride", ints({1, 2, 2})}}),
              AllOf(HasSubstr("(tensor<6x5x6x4xf32>, tensor<8x3x3x4xf32>) -> tensor<6x2x3x8xf32>"),
                    HasSubstr("stride [2, 2] pad_low [0, 1] pad_high [0, 1]"),
                    HasSubstr("-> (tensor<2x8x3x2x3xf32>")));
}

TEST(TorchConvolution, OfAVolumePadsToTheSameSize) {
  EXPECT_THAT(convolutionOfVolume("conv3d.padding", {8, 4, 2, 1, 4}, {2, 8, 3, 5, 6},
                                  {{"padding", {{"as_string", "same"}}}}),
              AllOf(HasSubstr("high [0, 1, 0, 0, 0]"), HasSubstr("pad_low [0, 1] pad_high [0, 2]"),
                    HasSubstr("-> (tensor<2x8x3x5x6xf32>")));
}

TEST(TorchConvolution, OfAVolumeTransposedGoesOnBehindThePadding) {
  Json twice = {{"stride", ints({2})}, {"output_padding", ints({1, 1, 0})}};
  EXPECT_THAT(
      convolutionOfVolume("conv_transpose3d.input", {4, 3, 2, 2, 2}, {2, 3, 7, 11, 12}, twice),
      HasSubstr("-> (tensor<2x3x7x11x12xf32>"));
  Json grouped = {{"transposed", flag(true)},    {"groups", number(2)},
                  {"stride", ints({2, 2, 2})},   {"padding", ints({1, 1, 1})},
                  {"dilation", ints({1, 2, 1})}, {"output_padding", ints({0, 0, 0})}};
  std::string text =
      convolutionOfVolume("convolution.default", {4, 3, 3, 2, 3}, {2, 6, 5, 9, 11}, grouped);
  EXPECT_EQ(countOf(text, "graph.transpose_conv_2d"), 4) << text;
  EXPECT_THAT(text, HasSubstr("-> (tensor<2x6x5x9x11xf32>"));
}

std::string poolOfVolume(const char *target, const Ints &result, Json more) {
  ProgramBuilder p;
  p.input("x", {1, 4, 4, 9, 6});
  more["self"] = tensor("x");
  p.node(target, more, "y", result);
  return p.text();
}

TEST(TorchPool, OfVolumesIsOneOfImagesAndOneOverDepths) {
  Json window = {{"kernel_size", ints({3})}, {"stride", ints({2})}, {"padding", ints({1})}};
  EXPECT_THAT(poolOfVolume("max_pool3d.default", {1, 4, 2, 5, 3}, window),
              AllOf(HasSubstr("graph.max_pool_2d"), HasSubstr("window [3, 3] stride [2, 2]"),
                    HasSubstr("window [3, 1] stride [2, 1]"),
                    HasSubstr("-> (tensor<1x4x2x5x3xf32>")));
  window["ceil_mode"] = flag(true);
  EXPECT_THAT(poolOfVolume("avg_pool3d.default", {1, 4, 3, 5, 4}, window),
              AllOf(HasSubstr("graph.average_pool_2d"), HasSubstr("-> (tensor<1x4x3x5x4xf32>")));
  window = {{"kernel_size", ints({2})}, {"dilation", ints({2, 1, 1})}, {"stride", ints({})}};
  EXPECT_THAT(poolOfVolume("max_pool3d_with_indices.default", {1, 4, 1, 4, 3}, window),
              AllOf(HasSubstr("graph.maximum"), HasSubstr("-> (tensor<1x4x1x4x3xf32>")));
}

TEST(TorchPool, OfVolumesAdapts) {
  EXPECT_THAT(poolOfVolume("adaptive_avg_pool3d.default", {1, 4, 1, 1, 1},
                           {{"output_size", ints({1, 1, 1})}}),
              HasSubstr("graph.mean %arg0 axes [2, 3, 4] keep_dims"));
  EXPECT_THAT(poolOfVolume("_adaptive_avg_pool3d.default", {1, 4, 2, 3, 2},
                           {{"output_size", ints({2, 3, 2})}}),
              AllOf(HasSubstr("window [3, 3] stride [3, 3]"), HasSubstr("window [2, 1]")));
  EXPECT_THAT(poolOfVolume("adaptive_max_pool3d.default", {1, 4, 4, 2, 2},
                           {{"output_size", ints({4, 2, 2})}}),
              AllOf(Not(HasSubstr("max_pool")), HasSubstr("graph.reduce_max"),
                    HasSubstr("-> (tensor<1x4x4x2x2xf32>")));
}

TEST(TorchUpsample, OfVolumesIsOneOfImagesAndOneOverDepths) {
  EXPECT_THAT(poolOfVolume("upsample_nearest3d.vec", {1, 4, 8, 9, 18},
                           {{"input", tensor("x")}, {"scale_factors", {{"as_floats", {2, 1, 3}}}}}),
              AllOf(HasSubstr("graph.resize_nearest"), HasSubstr("-> (tensor<1x4x8x9x18xf32>")));
  EXPECT_THAT(poolOfVolume("upsample_trilinear3d.default", {1, 4, 3, 9, 7},
                           {{"output_size", ints({3, 9, 7})}, {"align_corners", flag(true)}}),
              AllOf(HasSubstr("graph.resize_bilinear"), HasSubstr("-> (tensor<1x4x3x9x7xf32>")));
}

} // namespace
} // namespace tandem::torch::test
