// Pools, reductions, and what moves elements, by hand; and what is refused.
#include "backends/reference/test/op_runner.h"

#include <gmock/gmock.h>

namespace tandem::reference {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Floats = std::vector<float>;
using Codes = std::vector<int8_t>;
using Bytes = std::vector<uint8_t>;

TEST(Pool, LeavesPaddingOut) {
  auto pool = [](const std::string &op) {
    OpRunner runner(op);
    runner.operand<float>({1, 1, 3, 1}, Floats{-3, -1, -5})
        .result<float>({1, 1, 2, 1})
        .integers("window", {1, 2})
        .integers("stride", {1, 2})
        .integers("pad_low", {0, 1});
    return runner;
  };
  EXPECT_THAT(pool("max_pool_2d").values<float>(), ElementsAre(-3, -1));
  EXPECT_THAT(pool("average_pool_2d").values<float>(), ElementsAre(-3, -3));
  EXPECT_THAT(pool("average_pool_2d").integers("count_include_pad", {1}).values<float>(),
              ElementsAre(-1.5f, -3));
}

TEST(Pool, OfCodesRoundsHalfAwayFromZero) {
  auto average = [](Codes codes) {
    return OpRunner("average_pool_2d")
        .operand<int8_t>({1, 1, 2, 1}, codes, scaled(1, 5))
        .result<int8_t>({1, 1, 1, 1}, scaled(1, 5))
        .integers("window", {1, 2})
        .values<int8_t>();
  };
  EXPECT_THAT(average({1, 2}), ElementsAre(2));
  EXPECT_THAT(average({-1, -2}), ElementsAre(-2));
  EXPECT_THAT(OpRunner("max_pool_2d")
                  .operand<uint8_t>({1, 2, 1, 1}, Bytes{3, 200}, scaled(0.1f, 10))
                  .result<uint8_t>({1, 1, 1, 1}, scaled(0.1f, 10))
                  .integers("window", {2, 1})
                  .keyword("activation", "relu6")
                  .values<uint8_t>(),
              ElementsAre(70));
}

TEST(Reduction, GoesOverItsAxes) {
  Floats values = {1, 2, 3, 4, 5, 6, 7, 8}; // [2, 2, 2]
  EXPECT_THAT(OpRunner("mean")
                  .operand<float>({2, 2, 2}, values)
                  .result<float>({2})
                  .integers("axes", {0, 2})
                  .values<float>(),
              ElementsAre(3.5f, 5.5f));
  EXPECT_THAT(OpRunner("sum")
                  .operand<float>({2, 2, 2}, values)
                  .result<float>({1, 2, 2})
                  .integers("axes", {0})
                  .integers("keep_dims", {1})
                  .values<float>(),
              ElementsAre(6, 8, 10, 12));
  EXPECT_THAT(OpRunner("reduce_min")
                  .operand<float>({2, 2, 2}, values)
                  .result<float>({})
                  .integers("axes", {0, 1, 2})
                  .values<float>(),
              ElementsAre(1));
}

TEST(Reduction, OfCodesRescales) {
  // (1 + 2 + 6) / 3 - 0 = 3 at 0.5: 1.5, in steps of 0.25: 6 - 1
  EXPECT_THAT(OpRunner("mean")
                  .operand<int8_t>({3}, Codes{1, 2, 6}, scaled(0.5f, 0))
                  .result<int8_t>({}, scaled(0.25f, -1))
                  .integers("axes", {0})
                  .values<int8_t>(),
              ElementsAre(5));
  EXPECT_THAT(OpRunner("sum")
                  .operand<uint8_t>({3}, Bytes{11, 12, 16}, scaled(0.5f, 10))
                  .result<uint8_t>({}, scaled(0.25f, 3))
                  .integers("axes", {0})
                  .values<uint8_t>(),
              ElementsAre(21));
}

TEST(ArgMax, IsTheFirstOfEqualOnes) {
  EXPECT_THAT(OpRunner("arg_max")
                  .operand<float>({2, 3}, Floats{1, 7, 7, 9, 2, 9})
                  .result<int64_t>({2})
                  .integers("axis", {1})
                  .values<int64_t>(),
              ElementsAre(1, 0));
}

TEST(Movement, TransposesAndSlices) {
  EXPECT_THAT(OpRunner("transpose")
                  .operand<float>({2, 3}, Floats{1, 2, 3, 4, 5, 6})
                  .result<float>({3, 2})
                  .integers("permutation", {1, 0})
                  .values<float>(),
              ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(OpRunner("slice")
                  .operand<int8_t>({2, 4}, Codes{1, 2, 3, 4, 5, 6, 7, 8})
                  .result<int8_t>({1, 2})
                  .integers("begin", {1, 3})
                  .integers("size", {1, 2})
                  .integers("strides", {1, -2})
                  .values<int8_t>(),
              ElementsAre(8, 6));
}

TEST(Movement, PadsWithTheNearestCode) {
  EXPECT_THAT(OpRunner("pad")
                  .operand<int8_t>({1, 2}, Codes{1, 2}, scaled(0.5f, 10))
                  .result<int8_t>({2, 3}, scaled(0.5f, 10))
                  .integers("low", {1, 0})
                  .integers("high", {0, 1})
                  .real("value", -1)
                  .values<int8_t>(),
              ElementsAre(8, 8, 8, 1, 2, 8));
  EXPECT_THAT(OpRunner("pad")
                  .operand<float>({1}, Floats{7})
                  .result<float>({2})
                  .integers("low", {1})
                  .integers("high", {0})
                  .values<float>(),
              ElementsAre(0, 7));
}

TEST(Movement, MovesBlocksBetweenPixelsAndChannels) {
  std::vector<int32_t> wide = {1, 2, 3, 4, 5, 6, 7, 8}, deep = {1, 2, 5, 6, 3, 4, 7, 8};
  EXPECT_EQ(OpRunner("space_to_depth")
                .operand<int32_t>({1, 2, 4, 1}, wide)
                .result<int32_t>({1, 1, 2, 4})
                .integers("block", {2})
                .values<int32_t>(),
            deep);
  EXPECT_EQ(OpRunner("depth_to_space")
                .operand<int32_t>({1, 1, 2, 4}, deep)
                .result<int32_t>({1, 2, 4, 1})
                .integers("block", {2})
                .values<int32_t>(),
            wide);
}

TEST(Concat, RequantizesWhatHasAnotherScale) {
  EXPECT_THAT(OpRunner("concat")
                  .operand<int8_t>({2, 1}, Codes{1, 2}, scaled(0.5f, 0))
                  .operand<int8_t>({2, 2}, Codes{3, 4, 5, 127}, scaled(1, 1))
                  .result<int8_t>({2, 3}, scaled(0.5f, 0))
                  .integers("axis", {1})
                  .values<int8_t>(),
              ElementsAre(1, 4, 6, 2, 8, 127));
}

TEST(Resize, InterpolatesInItsThreeWays) {
  auto resize = [](const char *mode) {
    OpRunner runner("resize_bilinear");
    runner.operand<float>({1, 1, 2, 1}, Floats{0, 8}).result<float>({1, 1, 4, 1});
    if (*mode)
      runner.integers(mode, {1});
    return runner.values<float>();
  };
  EXPECT_THAT(resize(""), ElementsAre(0, 4, 8, 8));
  EXPECT_THAT(resize("half_pixel_centers"), ElementsAre(0, 2, 6, 8));
  EXPECT_THAT(resize("align_corners"),
              ::testing::Pointwise(::testing::FloatNear(1e-5f), Floats{0, 8 / 3.0f, 16 / 3.0f, 8}));
  EXPECT_THAT(OpRunner("resize_nearest")
                  .operand<uint8_t>({1, 1, 2, 1}, Bytes{1, 2})
                  .result<uint8_t>({1, 1, 4, 1})
                  .values<uint8_t>(),
              ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(OpRunner("resize_bilinear")
                  .operand<int8_t>({1, 1, 2, 1}, Codes{-3, 2}, scaled(1, 0))
                  .result<int8_t>({1, 1, 4, 1}, scaled(1, 0))
                  .values<int8_t>(),
              ElementsAre(-3, -1, 2, 2))
      << "-0.5 rounds away from zero";
}

// What comes from a file is refused, with its place.

TEST(Refusal, NamesPathRegionOpAndNode) {
  EXPECT_EQ(OpRunner("fft").operand<float>({1}, Floats{1}).result<float>({1}).refusal(),
            "x.tandem: error: region 'r': fft 'n': there is no kernel for it");
  EXPECT_EQ(OpRunner("relu").result<float>({1}).refusal(),
            "x.tandem: error: region 'r': relu 'n': it has 0 operands, expected 1");
  EXPECT_EQ(OpRunner("relu").operand<int32_t>({1}, {1}).result<float>({1}).refusal(),
            "x.tandem: error: region 'r': relu 'n': there is no kernel for i32 to f32");
  EXPECT_EQ(OpRunner("relu").operand<float>({2}, Floats{1, 2}).result<float>({1}).refusal(),
            "x.tandem: error: region 'r': relu 'n': shapes 2 to 1 do not go together");
}

TEST(Refusal, OfShapesThatDoNotFollowFromTheAttributes) {
  auto conv = [] {
    OpRunner runner("conv_2d");
    runner.operand<float>({1, 2, 2, 1}, Floats{1, 2, 3, 4})
        .operand<float>({1, 2, 2, 1}, Floats{1, 1, 1, 1})
        .result<float>({1, 1, 1, 1});
    return runner;
  };
  EXPECT_EQ(conv().refusal(), "");
  EXPECT_THAT(conv().integers("pad_low", {1, 0}).refusal(), HasSubstr("do not go together"));
  EXPECT_THAT(conv().integers("stride", {0, 1}).refusal(),
              HasSubstr("attribute 'stride' has 0, expected 1 to 2147483647"));
  EXPECT_THAT(conv().integers("stride", {1}).refusal(),
              HasSubstr("attribute 'stride' has 1 integers, expected 2"));
  EXPECT_THAT(conv().integers("groups", {3}).refusal(), HasSubstr("do not go together"));
  EXPECT_THAT(conv().keyword("activation", "swish").refusal(),
              HasSubstr("activation 'swish' is unknown"));
}

TEST(Refusal, OfPlacesOutsideTheTensor) {
  auto slice = [](int64_t begin, int64_t stride) {
    return OpRunner("slice")
        .operand<float>({4}, Floats{1, 2, 3, 4})
        .result<float>({2})
        .integers("begin", {begin})
        .integers("strides", {stride})
        .refusal();
  };
  EXPECT_EQ(slice(0, 3), "");
  EXPECT_THAT(slice(0, 4), HasSubstr("it takes elements 0 to 4 of dimension 0, which has 4"));
  EXPECT_THAT(slice(0, -1), HasSubstr("it takes elements 0 to -1"));
  EXPECT_THAT(slice(INT64_MAX, 1), HasSubstr("of dimension 0, which has 4"));
}

TEST(Refusal, OfTensorsThatAreNotThere) {
  OpRunner runner("relu");
  runner.operand<float>({1}, Floats{1}).result<float>({1});
  runner.op().operands = {7};
  EXPECT_THAT(runner.refusal(), HasSubstr("tensor 7 of 2"));
  runner.op().operands = {0};
  runner.model().buffers[1]->space = bundle::Space::Weights;
  EXPECT_THAT(runner.refusal(), HasSubstr("its result is not in the arena"));
}

} // namespace
} // namespace tandem::reference
