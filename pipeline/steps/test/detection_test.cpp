#include "pipeline/steps/test/step_harness.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace tandem;

namespace {

using Numbers = std::vector<double>;

void expectBox(const Box &box, double x0, double y0, double x1, double y1) {
  EXPECT_NEAR(box.x0, x0, 1e-4);
  EXPECT_NEAR(box.y0, y0, 1e-4);
  EXPECT_NEAR(box.x1, x1, 1e-4);
  EXPECT_NEAR(box.y1, y1, 1e-4);
}

/// All anchors' values, zero but for one anchor's.
Value rows(int64_t count, int64_t width, int64_t row, const std::vector<float> &values,
           float rest) {
  std::vector<float> all(static_cast<size_t>(count * width), rest);
  std::copy(values.begin(), values.end(), all.begin() + row * width);
  return floatTensor({1, count, width}, all);
}

TEST(DecodeBlazeface, PutsABoxAroundItsAnchor) {
  // Anchor 2 * (16 * 3 + 5) is the first of cell x 5, y 3 of the first map: centre 5.5/16, 3.5/16.
  Value boxes = rows(896, 16, 106, {8, -4, 32, 16}, 0);
  std::get<Tensor>(boxes).region = {-100, 0, 412, 512}; // 512 pixels a side
  Value scores = rows(896, 1, 106, {2}, -5);
  StepHarness step("decode_blazeface");
  ASSERT_TRUE(step.run({&boxes, &scores}).ok());
  const Detections &found = step.output<Detections>();
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_NEAR(found.items[0].score, 1 / (1 + std::exp(-2.0)), 1e-9);
  EXPECT_EQ(found.items[0].label, -1);
  // Centre in pixels: (5.5/16 + 8/128) * 512 - 100 = 108, (3.5/16 - 4/128) * 512 = 96; 128 x 64.
  expectBox(found.items[0].box, 44, 64, 172, 128);
}

TEST(DecodeBlazeface, FindsTheSecondMapAfterTheFirst) {
  // 512 anchors of the first map, then 6 a cell: cell x 1, y 0.
  Value boxes = rows(896, 16, 512 + 6, {0, 0, 16, 16}, 0);
  std::get<Tensor>(boxes).region = {0, 0, 128, 128};
  Value scores = rows(896, 1, 512 + 6, {0}, -5);
  StepHarness step("decode_blazeface");
  ASSERT_TRUE(step.run({&boxes, &scores}).ok());
  ASSERT_EQ(step.output<Detections>().items.size(), 1u) << "a score of 0.5 is not below 0.5";
  expectBox(step.output<Detections>().items[0].box, 16, 0, 32, 16);
}

TEST(DecodeBlazeface, LeavesOutBoxesWithoutAnArea) {
  Value boxes = rows(896, 16, 0, {0, 0, -3, 8}, 0);
  std::get<Tensor>(boxes).region = {0, 0, 128, 128};
  Value scores = rows(896, 1, 0, {9}, -5);
  StepHarness step("decode_blazeface");
  ASSERT_TRUE(step.run({&boxes, &scores}).ok());
  EXPECT_TRUE(step.output<Detections>().items.empty());
  std::get<Tensor>(boxes).floats()[2] = NAN;
  ASSERT_TRUE(step.run({&boxes, &scores}).ok());
  EXPECT_TRUE(step.output<Detections>().items.empty());
}

TEST(DecodeBlazeface, RefusesOtherCountsOfAnchors) {
  Value boxes = rows(895, 16, 0, {}, 0), scores = rows(896, 1, 0, {}, 0);
  Status status = StepHarness("decode_blazeface").run({&boxes, &scores});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "input 'boxes' is f32 1x895x16, the 896 anchors need 1x896x4 or wider");
}

TEST(DecodeSsd, PutsABoxAroundItsAnchorAndNamesItsClass) {
  // 19 * 19 * 3 anchors, then 6 a cell of 10 x 10: cell x 2, y 1, anchor 1 (ratio 2, scale 0.35).
  int64_t anchor = 1083 + 6 * 12 + 1;
  Value boxes = rows(1917, 4, anchor, {1, -2, std::log(2.0f) * 5, 0}, 0);
  std::get<Tensor>(boxes).region = {0, 0, 400, 200};
  Value scores = rows(1917, 4, anchor, {9, -1, 3, 1}, -5);
  std::get<Tensor>(scores).labels = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"???", "cup", "cat", "car"});
  StepHarness step("decode_ssd");
  ASSERT_TRUE(step.run({&boxes, &scores}).ok());
  const Detections &found = step.output<Detections>();
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_EQ(labelText(found.labels, found.items[0].label), "cat") << "the background never wins";
  EXPECT_NEAR(found.items[0].score, 1 / (1 + std::exp(-3.0)), 1e-9);
  double width = 0.35 * std::sqrt(2.0), height = 0.35 / std::sqrt(2.0);
  double x = 0.25 - 2.0 / 10 * width, y = 0.15 + 1.0 / 10 * height;
  expectBox(found.items[0].box, 400 * (x - width / 2), 200 * (y - height), 400 * (x + width / 2),
            200 * (y + height));
}

TEST(DecodeSsd, HasASmallSquareFirstAndASquareBetweenScalesLast) {
  StepHarness step("decode_ssd", {{"background", false}});
  auto boxOf = [&](int64_t anchor) {
    Value boxes = rows(1917, 4, 0, {}, 0);
    std::get<Tensor>(boxes).region = {0, 0, 1, 1};
    Value scores = rows(1917, 1, anchor, {5}, -5);
    EXPECT_TRUE(step.run({&boxes, &scores}).ok());
    EXPECT_EQ(step.output<Detections>().items.size(), 1u);
    return step.output<Detections>().items[0].box;
  };
  EXPECT_NEAR(boxOf(0).width(), 0.1, 1e-9);
  EXPECT_NEAR(boxOf(1).width(), 0.2 * std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(boxOf(2).height(), 0.2 * std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(boxOf(1083 + 5).width(), std::sqrt(0.35 * 0.5), 1e-9);
  EXPECT_NEAR(boxOf(1916).width(), std::sqrt(0.95 * 1.0), 1e-9);
}

TEST(DecodeSsd, RefusesScoresOfTheBackgroundOnly) {
  Value boxes = rows(1917, 4, 0, {}, 0), scores = rows(1917, 1, 0, {}, 0);
  Status status = StepHarness("decode_ssd").run({&boxes, &scores});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "input 'scores' is f32 1x1917x1, expected the background and "
                                    "at least one class");
}

TEST(DecodeSsd, RefusesLabelsThatLeaveTheBackgroundOut) {
  Value boxes = rows(1917, 4, 0, {}, 0), scores = rows(1917, 3, 0, {}, 0);
  std::get<Tensor>(scores).spec.labels = 2;
  Status status = StepHarness("decode_ssd").run({&boxes, &scores});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "input 'scores' is f32 1x1917x3 with 3 classes, the model's "
                                    "labels are 2");
}

Value detections(std::vector<Detection> items) {
  return Detections{std::move(items), nullptr};
}

std::vector<double> scoresOf(const Detections &found) {
  std::vector<double> scores;
  for (const Detection &item : found.items)
    scores.push_back(item.score);
  return scores;
}

TEST(Nms, KeepsTheBestOfBoxesThatOverlap) {
  // The second covers half of the first: 50 / (100 + 100 - 50) = 1/3.
  Value all =
      detections({{{0, 0, 10, 10}, 0.6, 0}, {{5, 0, 15, 10}, 0.9, 0}, {{50, 50, 60, 60}, 0.7, 0}});
  StepHarness strict("nms", {{"overlap", 0.3}});
  ASSERT_TRUE(strict.run({&all}).ok());
  EXPECT_EQ(scoresOf(strict.output<Detections>()), (Numbers{0.9, 0.7}));
  StepHarness loose("nms", {{"overlap", 0.34}});
  ASSERT_TRUE(loose.run({&all}).ok());
  EXPECT_EQ(scoresOf(loose.output<Detections>()), (Numbers{0.9, 0.7, 0.6}));
}

TEST(Nms, LooksAtEachClassByItselfWhenAsked) {
  Value all = detections({{{0, 0, 10, 10}, 0.6, 1}, {{0, 0, 10, 10}, 0.9, 2}});
  StepHarness together("nms");
  ASSERT_TRUE(together.run({&all}).ok());
  EXPECT_EQ(together.output<Detections>().items.size(), 1u);
  StepHarness apart("nms", {{"per_class", true}});
  ASSERT_TRUE(apart.run({&all}).ok());
  EXPECT_EQ(apart.output<Detections>().items.size(), 2u);
}

TEST(Nms, KeepsNoMoreThanAsked) {
  Value all = detections({{{0, 0, 1, 1}, 0.1, 0}, {{2, 0, 3, 1}, 0.3, 0}, {{4, 0, 5, 1}, 0.2, 0}});
  StepHarness step("nms", {{"most", int64_t{2}}});
  ASSERT_TRUE(step.run({&all}).ok());
  EXPECT_EQ(scoresOf(step.output<Detections>()), (Numbers{0.3, 0.2}));
}

TEST(Threshold, LeavesOutTheWeakAndTheSmall) {
  Value all =
      detections({{{0, 0, 10, 10}, 0.49, 0}, {{0, 0, 10, 10}, 0.5, 0}, {{0, 0, 10, 4}, 0.9, 0}});
  StepHarness step("threshold", {{"least_side", 5.0}});
  ASSERT_TRUE(step.run({&all}).ok());
  EXPECT_EQ(scoresOf(step.output<Detections>()), (Numbers{0.5}));
}

} // namespace
