// Comparisons, logic, selections, and what repeats or regroups elements, by hand.
#include "backends/reference/test/op_runner.h"

#include <gmock/gmock.h>

namespace tandem::reference {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;
using Codes = std::vector<int8_t>;

std::vector<bool> truths(OpRunner &runner) {
  std::vector<bool> result;
  for (Truth value : runner.values<Truth>())
    result.push_back(value == Truth::kTrue);
  return result;
}

TEST(Comparison, IsByNumberAndBroadcasts) {
  auto compare = [](const std::string &op) {
    OpRunner runner(op);
    runner.operand<float>({2, 2}, Floats{1, 2, 3, -1}).operand<float>({2}, Floats{2, 2});
    runner.result<Truth>({2, 2});
    return truths(runner);
  };
  EXPECT_THAT(compare("equal"), ElementsAre(false, true, false, false));
  EXPECT_THAT(compare("not_equal"), ElementsAre(true, false, true, true));
  EXPECT_THAT(compare("less"), ElementsAre(true, false, false, true));
  EXPECT_THAT(compare("less_equal"), ElementsAre(true, true, false, true));
  EXPECT_THAT(compare("greater"), ElementsAre(false, false, true, false));
  EXPECT_THAT(compare("greater_equal"), ElementsAre(false, true, true, false));
}

TEST(Comparison, OfCodesIsOfRealsInStepsOf256th) {
  OpRunner equal("equal");
  // 0.5 * (3 - 1) == 0.25 * (4 - 0); half a step of 1/256 is the same as one
  equal.operand<int8_t>({2}, Codes{3, 4}, scaled(0.5f, 1))
      .operand<int8_t>({2}, Codes{4, 4}, scaled(0.25f, 0))
      .result<Truth>({2});
  EXPECT_THAT(truths(equal), ElementsAre(true, false));
  OpRunner fine("equal");
  fine.operand<int8_t>({2}, Codes{1, 3}, scaled(1.0f / 512, 0))
      .operand<int8_t>({2}, Codes{2, 1}, scaled(1.0f / 512, 0))
      .result<Truth>({2});
  EXPECT_THAT(truths(fine), ElementsAre(true, false));
}

TEST(Logic, TakesAnyByteButZeroForTrue) {
  auto logic = [](const std::string &op) {
    OpRunner runner(op);
    runner.operand<Truth>({4}, {Truth::kFalse, Truth(2), Truth::kFalse, Truth(2)})
        .operand<Truth>({4}, {Truth::kFalse, Truth::kFalse, Truth::kTrue, Truth::kTrue})
        .result<Truth>({4});
    return truths(runner);
  };
  EXPECT_THAT(logic("logical_and"), ElementsAre(false, false, false, true));
  EXPECT_THAT(logic("logical_or"), ElementsAre(false, true, true, true));
  OpRunner isNot("logical_not");
  isNot.operand<Truth>({2}, {Truth::kFalse, Truth(2)}).result<Truth>({2});
  EXPECT_THAT(truths(isNot), ElementsAre(true, false));
}

TEST(Select, BroadcastsAllThree) {
  EXPECT_THAT(OpRunner("select")
                  .operand<Truth>({2, 1}, {Truth::kTrue, Truth::kFalse})
                  .operand<int32_t>({3}, Ints{1, 2, 3})
                  .operand<int32_t>({1}, Ints{9})
                  .result<int32_t>({2, 3})
                  .values<int32_t>(),
              ElementsAre(1, 2, 3, 9, 9, 9));
}

TEST(Gather, TakesTheNearestSliceForAnIndexOutside) {
  EXPECT_THAT(OpRunner("gather")
                  .operand<int32_t>({2, 3}, Ints{1, 2, 3, 4, 5, 6})
                  .operand<int32_t>({4}, Ints{2, 0, INT32_MIN, 7})
                  .result<int32_t>({2, 4})
                  .integers("axis", {1})
                  .values<int32_t>(),
              ElementsAre(3, 1, 1, 3, 6, 4, 4, 6));
  EXPECT_THAT(OpRunner("gather")
                  .operand<int8_t>({2, 2}, Codes{1, 2, 3, 4})
                  .operand<int64_t>({}, std::vector<int64_t>{1})
                  .result<int8_t>({2})
                  .integers("axis", {0})
                  .values<int8_t>(),
              ElementsAre(3, 4));
}

TEST(Scatter, TakesTheLastOfEqualPlacesAndLeavesOutThoseOutside) {
  EXPECT_THAT(OpRunner("scatter")
                  .operand<int8_t>({3, 2}, Codes{1, 2, 3, 4, 5, 6})
                  .operand<int32_t>({4, 1}, Ints{2, 3, -1, 2})
                  .operand<int8_t>({4, 2}, Codes{10, 11, 20, 21, 30, 31, 40, 41})
                  .result<int8_t>({3, 2})
                  .values<int8_t>(),
              ElementsAre(1, 2, 3, 4, 40, 41));
  // A place of two dimensions is outside when one of both is, though it would be inside if flat.
  EXPECT_THAT(OpRunner("scatter")
                  .operand<float>({2, 2}, Floats{1, 2, 3, 4})
                  .operand<int64_t>({2, 2}, std::vector<int64_t>{0, 2, 1, 1})
                  .operand<float>({2}, Floats{9, 8})
                  .result<float>({2, 2})
                  .values<float>(),
              ElementsAre(1, 2, 3, 8));
}

TEST(Scatter, CombinesInTheOrderOfTheIndices) {
  auto combined = [](const std::string &reduction) {
    return OpRunner("scatter")
        .operand<int32_t>({2}, Ints{3, INT32_MAX})
        .operand<int32_t>({3, 1}, Ints{0, 0, 1})
        .operand<int32_t>({3}, Ints{-4, 5, 2})
        .result<int32_t>({2})
        .keyword("reduction", reduction)
        .values<int32_t>();
  };
  EXPECT_THAT(combined("none"), ElementsAre(5, 2));
  EXPECT_THAT(combined("add"), ElementsAre(4, INT32_MIN + 1)); // wraps
  EXPECT_THAT(combined("mul"), ElementsAre(-60, -2));
  EXPECT_THAT(combined("min"), ElementsAre(-4, 2));
  EXPECT_THAT(combined("max"), ElementsAre(5, INT32_MAX));
}

TEST(Scatter, RefusesShapesAndReductionsThatDoNotFit) {
  auto scatter = [](Shape updates, const std::string &reduction) {
    return OpRunner("scatter")
        .operand<int8_t>({2, 2}, Codes{1, 2, 3, 4})
        .operand<int32_t>({1, 1}, Ints{0})
        .operand<int8_t>(updates, Codes{1, 2})
        .result<int8_t>({2, 2})
        .keyword("reduction", reduction)
        .refusal();
  };
  EXPECT_EQ(scatter({1, 2}, "none"), "");
  EXPECT_THAT(scatter({2, 1}, "none"), HasSubstr("do not go together"));
  EXPECT_THAT(scatter({1, 2}, "add"), HasSubstr("elements of type i8 are only replaced"));
}

TEST(TopK, HasTheLargestFirstAndTheSmallerIndexOfEqualOnes) {
  Floats rows = {1, 7, 7, -2, 3, 7, 3, 3}; // two of four
  EXPECT_THAT(OpRunner("top_k_values")
                  .operand<float>({2, 4}, rows)
                  .result<float>({2, 3})
                  .integers("k", {3})
                  .values<float>(),
              ElementsAre(7, 7, 1, 7, 3, 3));
  EXPECT_THAT(OpRunner("top_k_indices")
                  .operand<float>({2, 4}, rows)
                  .result<int32_t>({2, 3})
                  .integers("k", {3})
                  .values<int32_t>(),
              ElementsAre(1, 2, 0, 1, 0, 2));
}

TEST(Repetition, TilesAndMirrors) {
  EXPECT_THAT(OpRunner("tile")
                  .operand<int32_t>({2, 2}, Ints{1, 2, 3, 4})
                  .result<int32_t>({4, 4})
                  .integers("multiples", {2, 2})
                  .values<int32_t>(),
              ElementsAre(1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4));
  auto mirror = [](bool symmetric, int64_t low, int64_t high) {
    OpRunner runner("mirror_pad");
    runner.operand<int32_t>({3}, Ints{1, 2, 3})
        .result<int32_t>({3 + low + high})
        .integers("low", {low})
        .integers("high", {high});
    if (symmetric)
      runner.integers("symmetric", {1});
    return runner.values<int32_t>();
  };
  EXPECT_THAT(mirror(false, 2, 1), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(mirror(true, 2, 3), ElementsAre(2, 1, 1, 2, 3, 3, 2, 1));
}

TEST(BatchBlocks, PadWithTheCodeOfZeroAndCropItAgain) {
  Codes image = {1, 2, 3}; // one row of three pixels
  Codes batch = {1, 3, 2, 9};
  EXPECT_EQ(OpRunner("space_to_batch")
                .operand<int8_t>({1, 1, 3, 1}, image, scaled(1, 9))
                .result<int8_t>({2, 1, 2, 1}, scaled(1, 9))
                .integers("block", {1, 2})
                .integers("pad_high", {0, 1})
                .values<int8_t>(),
            batch);
  EXPECT_EQ(OpRunner("batch_to_space")
                .operand<int8_t>({2, 1, 2, 1}, batch, scaled(1, 9))
                .result<int8_t>({1, 1, 3, 1}, scaled(1, 9))
                .integers("block", {1, 2})
                .integers("crop_high", {0, 1})
                .values<int8_t>(),
            image);
}

TEST(Normalization, OfCodesIsInStepsOf128th) {
  // (3, -4) / 5 is 0.6 and -0.8: 76.8 and -102.4 steps
  EXPECT_THAT(OpRunner("l2_normalization")
                  .operand<int8_t>({1, 2}, Codes{4, -3}, scaled(0.5f, 1))
                  .result<int8_t>({1, 2}, scaled(1.0f / 128, 0))
                  .integers("axis", {1})
                  .values<int8_t>(),
              ElementsAre(77, -102));
}

TEST(Normalization, OfResponsesLooksAtTheChannelsNear) {
  EXPECT_THAT(OpRunner("local_response_norm")
                  .operand<float>({1, 3}, Floats{1, 2, 3})
                  .result<float>({1, 3})
                  .integers("radius", {1})
                  .real("bias", 1)
                  .real("alpha", 1)
                  .real("beta", 1)
                  .values<float>(),
              ::testing::Pointwise(::testing::FloatEq(), Floats{1 / 6.0f, 2 / 15.0f, 3 / 14.0f}));
}

TEST(Integers, DivideTowardZeroOrDownAndNeverFail) {
  auto divide = [](const std::string &op) {
    return OpRunner(op)
        .operand<int32_t>({6}, Ints{7, -7, 7, -7, 5, INT32_MIN})
        .operand<int32_t>({6}, Ints{2, 2, -2, -2, 0, -1})
        .result<int32_t>({6})
        .values<int32_t>();
  };
  EXPECT_THAT(divide("div"), ElementsAre(3, -3, -3, 3, 0, INT32_MIN));
  EXPECT_THAT(divide("floor_div"), ElementsAre(3, -4, -4, 3, 0, INT32_MIN));
  EXPECT_THAT(divide("floor_mod"), ElementsAre(1, 1, -1, -1, 5, 0));
}

TEST(Integers, AreSummedAndMultiplied) {
  auto reduce = [](const std::string &op) {
    return OpRunner(op)
        .operand<int32_t>({2, 3}, Ints{1, 2, 3, 4, 5, 6})
        .result<int32_t>({2})
        .integers("axes", {1})
        .values<int32_t>();
  };
  EXPECT_THAT(reduce("sum"), ElementsAre(6, 15));
  EXPECT_THAT(reduce("reduce_prod"), ElementsAre(6, 120));
}

TEST(Reduction, OfTruthsIsAnyOrAll) {
  auto reduce = [](const std::string &op) {
    OpRunner runner(op);
    runner
        .operand<Truth>({3, 2}, {Truth::kTrue, Truth::kTrue, Truth::kFalse, Truth::kTrue,
                                 Truth::kFalse, Truth::kFalse})
        .result<Truth>({3})
        .integers("axes", {1});
    return truths(runner);
  };
  EXPECT_THAT(reduce("reduce_any"), ElementsAre(true, true, false));
  EXPECT_THAT(reduce("reduce_all"), ElementsAre(true, false, false));
}

TEST(ArgMin, IsTheFirstOfEqualOnes) {
  EXPECT_THAT(OpRunner("arg_min")
                  .operand<int32_t>({2, 3}, Ints{1, 0, 0, INT32_MIN, 2, INT32_MIN})
                  .result<int32_t>({2})
                  .integers("axis", {1})
                  .values<int32_t>(),
              ElementsAre(1, 0));
}

TEST(Refusal, OfWhatTheShapesDoNotHave) {
  auto top = [](int64_t k) {
    return OpRunner("top_k_values")
        .operand<float>({2}, Floats{1, 2})
        .result<float>({2})
        .integers("k", {k})
        .refusal();
  };
  EXPECT_EQ(top(2), "");
  EXPECT_THAT(top(3), HasSubstr("attribute 'k' has 3, expected 1 to 2"));
  auto mirror = [](int64_t low) {
    return OpRunner("mirror_pad")
        .operand<float>({2}, Floats{1, 2})
        .result<float>({2 + low})
        .integers("low", {low})
        .integers("high", {0})
        .refusal();
  };
  EXPECT_EQ(mirror(1), "");
  EXPECT_THAT(mirror(2), HasSubstr("do not go together"));
  EXPECT_THAT(OpRunner("gather")
                  .operand<float>({2}, Floats{1, 2})
                  .operand<float>({2}, Floats{1, 2})
                  .result<float>({2})
                  .integers("axis", {0})
                  .refusal(),
              HasSubstr("there is no kernel for f32, f32 to f32"));
  EXPECT_THAT(OpRunner("batch_to_space")
                  .operand<float>({3, 1, 1, 1}, Floats{1, 2, 3})
                  .result<float>({1, 1, 3, 1})
                  .integers("block", {2, 2})
                  .refusal(),
              HasSubstr("do not go together"));
}

} // namespace
} // namespace tandem::reference
