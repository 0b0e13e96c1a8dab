#include "pipeline/steps/test/step_harness.h"

#include <gmock/gmock.h>

using namespace tandem;
using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

namespace {

using Numbers = std::vector<double>;

/// width x height, red = 10 * x, green = 10 * y, blue = 200.
Image gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.rgb.insert(image.rgb.end(),
                       {static_cast<uint8_t>(10 * x), static_cast<uint8_t>(10 * y), uint8_t{200}});
  return image;
}

TEST(Preprocess, KeepsPixelsWhereNothingIsToBeDone) {
  Image image = gradient(2, 2);
  StepHarness step("preprocess", {{"size", Numbers{2, 2}}});
  ASSERT_TRUE(step.run({&image, {}}).ok());
  EXPECT_EQ(step.spec().shape, (Shape{1, 2, 2, 3}));
  EXPECT_THAT(floatsOf(step.output<Tensor>()),
              ElementsAre(0, 0, 200, 10, 0, 200, 0, 10, 200, 10, 10, 200));
  EXPECT_EQ(step.output<Tensor>().region.x1, 2);
}

TEST(Preprocess, OrdersChannelsAndDimensions) {
  Image image = gradient(2, 1);
  StepHarness bgr("preprocess", {{"size", Numbers{2, 1}}, {"channels", "bgr"}, {"layout", "nchw"}});
  ASSERT_TRUE(bgr.run({&image, {}}).ok());
  EXPECT_EQ(bgr.spec().shape, (Shape{1, 3, 1, 2}));
  EXPECT_THAT(floatsOf(bgr.output<Tensor>()), ElementsAre(200, 200, 0, 0, 0, 10));
  StepHarness grey("preprocess", {{"size", Numbers{2, 1}}, {"channels", "grey"}});
  ASSERT_TRUE(grey.run({&image, {}}).ok());
  EXPECT_EQ(grey.spec().shape, (Shape{1, 1, 2, 1}));
  // 0.299 * 0 + 0.587 * 0 + 0.114 * 200 = 22.8, and 0.299 * 10 more.
  EXPECT_THAT(floatsOf(grey.output<Tensor>()), ElementsAre(23, 26));
}

TEST(Preprocess, SamplesAtThePixelsCentres) {
  Image image{4, 1, {0, 0, 0, 40, 40, 40, 80, 80, 80, 120, 120, 120}};
  StepHarness half("preprocess", {{"size", Numbers{2, 1}}, {"channels", "grey"}});
  ASSERT_TRUE(half.run({&image, {}}).ok());
  EXPECT_THAT(floatsOf(half.output<Tensor>()), ElementsAre(20, 100));
  // At twice the size the samples lie at -0.25, 0.25, 0.75, ... and the ends are repeated.
  StepHarness twice("preprocess", {{"size", Numbers{8, 1}}, {"channels", "grey"}});
  ASSERT_TRUE(twice.run({&image, {}}).ok());
  EXPECT_THAT(floatsOf(twice.output<Tensor>()), ElementsAre(0, 10, 30, 50, 70, 90, 110, 120));
}

TEST(Preprocess, RoundsAsOpenCvDoes) {
  // What cv2.resize(..., (5, 4)) of OpenCV 4 gives for these 3 x 3 pixels.
  Image image{3, 3, {}};
  for (int value : {3, 250, 17, 99, 0, 255, 128, 64, 31})
    image.rgb.insert(image.rgb.end(), 3, static_cast<uint8_t>(value));
  StepHarness step("preprocess", {{"size", Numbers{5, 4}}, {"channels", "grey"}});
  ASSERT_TRUE(step.run({&image, {}}).ok());
  EXPECT_THAT(floatsOf(step.output<Tensor>()),
              testing::ElementsAreArray({3,   102, 250, 110, 17,  63,  75,  94, 137, 166,
                                         110, 75,  24,  112, 171, 128, 102, 64, 44,  31}));
}

TEST(Preprocess, MapsToARangeThenToMeanAndDeviation) {
  Image image{1, 1, {0, 51, 255}};
  StepHarness range("preprocess", {{"size", Numbers{1, 1}}, {"range", Numbers{-1, 1}}});
  ASSERT_TRUE(range.run({&image, {}}).ok());
  EXPECT_THAT(floatsOf(range.output<Tensor>()),
              Pointwise(FloatNear(1e-6f), std::vector<float>{-1, -0.6f, 1}));
  StepHarness mean("preprocess", {{"size", Numbers{1, 1}},
                                  {"range", Numbers{0, 1}},
                                  {"mean", Numbers{0.5, 0.2, 0.25}},
                                  {"deviation", Numbers{0.5, 0.1, 0.25}}});
  ASSERT_TRUE(mean.run({&image, {}}).ok());
  EXPECT_THAT(floatsOf(mean.output<Tensor>()),
              Pointwise(FloatNear(1e-6f), std::vector<float>{-1, 0, 3}));
}

TEST(Preprocess, QuantizesAndClamps) {
  Image image{1, 1, {0, 128, 255}};
  StepHarness signedCodes("preprocess", {{"size", Numbers{1, 1}},
                                         {"range", Numbers{-1, 1}},
                                         {"type", "i8"},
                                         {"quantization", Numbers{0.0078125, 0}}});
  ASSERT_TRUE(signedCodes.run({&image, {}}).ok());
  const Tensor &i8 = signedCodes.output<Tensor>();
  EXPECT_EQ(specText(i8.spec), "i8 1x1x1x3 (scale 0.0078125, zero point 0)");
  const auto *codes = reinterpret_cast<const int8_t *>(i8.bytes.data());
  EXPECT_EQ(codes[0], -128);
  EXPECT_EQ(codes[1], 1) << "0.0039 / 0.0078 is 0.502";
  EXPECT_EQ(codes[2], 127) << "1.0 would be 128";
  StepHarness plain("preprocess", {{"size", Numbers{1, 1}}, {"type", "u8"}});
  ASSERT_TRUE(plain.run({&image, {}}).ok());
  EXPECT_EQ(static_cast<int>(plain.output<Tensor>().bytes[1]), 128);
}

TEST(Preprocess, PadsToASquareAboutTheCentre) {
  Image image{2, 4, std::vector<uint8_t>(24, 100)};
  StepHarness step("preprocess", {{"size", Numbers{4, 4}},
                                  {"pad", "square"},
                                  {"channels", "grey"},
                                  {"pad_value", int64_t{7}}});
  ASSERT_TRUE(step.run({&image, {}}).ok());
  const Tensor &tensor = step.output<Tensor>();
  for (size_t y = 0; y < 4; ++y)
    EXPECT_THAT((std::vector<float>{tensor.floats() + 4 * y, tensor.floats() + 4 * y + 4}),
                ElementsAre(7, 100, 100, 7));
  EXPECT_EQ(tensor.region.x0, -1);
  EXPECT_EQ(tensor.region.x1, 3);
  EXPECT_EQ(tensor.region.y1, 4);
}

Box regionOf(const Image &image, const Box &box, double scale) {
  StepHarness step("preprocess", {{"size", Numbers{4, 4}}, {"scale", scale}});
  Detection detection{box, 1, -1};
  Status status = step.run({&image, &detection});
  EXPECT_TRUE(status.ok());
  return step.output<Tensor>().region;
}

TEST(Preprocess, CutsTheBoxWithThePixelsOfItsEnds) {
  Image image = gradient(20, 20);
  Box region = regionOf(image, {3.2, 4.9, 8.1, 9.0}, 1);
  EXPECT_EQ(region.x0, 3);
  EXPECT_EQ(region.y0, 4);
  EXPECT_EQ(region.x1, 9);
  EXPECT_EQ(region.y1, 10);
}

TEST(Preprocess, MovesTheEnlargedBoxIntoThePicture) {
  Image image = gradient(20, 20);
  Box left = regionOf(image, {1, 8, 5, 12}, 2); // -1 to 7
  EXPECT_EQ(left.x0, 0);
  EXPECT_EQ(left.x1, 9);
  EXPECT_EQ(left.y0, 6);
  EXPECT_EQ(left.y1, 15);
  Box right = regionOf(image, {15, 8, 19, 12}, 2); // 13 to 21
  EXPECT_EQ(right.x0, 11);
  EXPECT_EQ(right.x1, 20);
}

TEST(Preprocess, NeverEnlargesABoxBeyondThePicture) {
  Image image = gradient(20, 10);
  Box region = regionOf(image, {8, 3, 12, 6}, 10); // no more than 9 high: scale 3
  EXPECT_EQ(region.y0, 0);
  EXPECT_EQ(region.y1, 10);
  EXPECT_EQ(region.x0, 4);
  EXPECT_EQ(region.x1, 17);
}

TEST(Preprocess, RefusesABoxWithoutAnArea) {
  Image image = gradient(4, 4);
  StepHarness step("preprocess", {{"size", Numbers{4, 4}}});
  Detection flat{{1, 1, 1, 3}, 1, -1};
  Status status = step.run({&image, &flat});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "box is 1, 1, 1, 3, expected one that has an area");
  Detection broken{{NAN, 1, 2, 3}, 1, -1};
  EXPECT_FALSE(step.run({&image, &broken}).ok());
  Detection huge{{-1e12, 1, 1e12, 3}, 1, -1};
  EXPECT_FALSE(step.run({&image, &huge}).ok());
}

TEST(Preprocess, RefusesAMeanForOtherChannels) {
  StepHarness step("preprocess",
                   {{"size", Numbers{1, 1}}, {"channels", "grey"}, {"mean", Numbers{1, 2, 3}}});
  auto made = step.create();
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().message, "'mean' has 3 entries, expected 1");
}

} // namespace
