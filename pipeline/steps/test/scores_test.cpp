#include "pipeline/steps/test/step_harness.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace tandem;
using testing::FloatNear;
using testing::Pointwise;

namespace {

TEST(Softmax, GivesProbabilitiesOfEachRow) {
  Value in = floatTensor({2, 2}, {0, std::log(3.0f), 1000, 1000});
  StepHarness step("softmax");
  ASSERT_TRUE(step.run({&in}).ok());
  EXPECT_THAT(floatsOf(step.output<Tensor>()),
              Pointwise(FloatNear(1e-6f), std::vector<float>{0.25f, 0.75f, 0.5f, 0.5f}));
}

TEST(Classify, NamesTheFirstOfTheBest) {
  Value in = floatTensor({1, 4}, {0.1f, 0.4f, 0.4f, 0.1f});
  std::get<Tensor>(in).labels = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"a", "b", "c", "d"});
  StepHarness step("classify");
  ASSERT_TRUE(step.run({&in}).ok());
  const Label &label = step.output<Label>(0);
  EXPECT_EQ(labelText(label.labels, label.index), "b");
  EXPECT_EQ(step.output<Scores>(1).values.size(), 4u);
  EXPECT_FLOAT_EQ(static_cast<float>(step.output<double>(2)), 0.4f);
}

TEST(Classify, NamesAClassWithoutALabelByItsNumber) {
  Value in = floatTensor({1, 2}, {0, 1});
  StepHarness step("classify");
  ASSERT_TRUE(step.run({&in}).ok());
  EXPECT_EQ(labelText(step.output<Label>(0).labels, step.output<Label>(0).index), "1");
}

TEST(Classify, RefusesMoreThanOneRow) {
  Value in = floatTensor({2, 2}, {0, 1, 2, 3});
  Status status = StepHarness("classify").run({&in});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "input 'scores' is f32 2x2, expected one row of scores");
}

TEST(Classify, RefusesLabelsOfAnotherNumberOfClasses) {
  Value in = floatTensor({1, 2}, {0, 1});
  std::get<Tensor>(in).spec.labels = 3;
  Status status = StepHarness("classify").run({&in});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "input 'scores' is f32 1x2 with 2 classes, the model's labels are 3");
  std::get<Tensor>(in).spec.labels = 2;
  EXPECT_TRUE(StepHarness("classify").run({&in}).ok());
}

TEST(Select, TakesOneNumber) {
  Value in = floatTensor({1, 3}, {0.25f, 0.5f, 0.75f});
  StepHarness step("select", {{"index", int64_t{2}}});
  ASSERT_TRUE(step.run({&in}).ok());
  EXPECT_EQ(step.output<double>(), 0.75);
}

TEST(Select, RefusesAnIndexThatIsNotThere) {
  Value in = floatTensor({1, 3}, {0, 0, 0});
  Status status = StepHarness("select", {{"index", int64_t{3}}}).run({&in});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "'index' is 3, input 'tensor' is f32 1x3 with 3 values");
}

TEST(Flatten, MakesOneRow) {
  Value in = floatTensor({1, 2, 2, 1}, {1, 2, 3, 4});
  StepHarness step("flatten");
  ASSERT_TRUE(step.run({&in}).ok());
  EXPECT_EQ(step.output<Tensor>().spec.shape, (Shape{1, 4}));
  EXPECT_EQ(step.spec().shape, (Shape{1, 4}));
  EXPECT_EQ(floatsOf(step.output<Tensor>()), (std::vector<float>{1, 2, 3, 4}));
}

TEST(Verdict, NamesTheSideOfTheLimit) {
  StepHarness step("verdict", {{"least", 0.5}, {"yes", "live"}, {"no", "fake"}});
  auto wordFor = [&](double number) {
    Value value = number;
    EXPECT_TRUE(step.run({&value}).ok());
    return labelText(step.output<Label>().labels, step.output<Label>().index);
  };
  EXPECT_EQ(wordFor(0.5), "live");
  EXPECT_EQ(wordFor(0.49), "fake");
  EXPECT_EQ(wordFor(NAN), "fake") << "what cannot be compared is not a yes";
}

TEST(Steps, RefuseTensorsThatAreNotFloats) {
  Tensor codes;
  codes.spec = {ElementType::kU8, {1, 3}, {}};
  codes.bytes.resize(3);
  Value in = codes;
  Status status = StepHarness("softmax").run({&in});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "input 'scores' is u8 1x3, expected f32");
}

TEST(Steps, AreFoundByName) {
  StepTable table;
  registerAllSteps(table);
  EXPECT_EQ(table.kinds().size(), 10u);
  AppStep step;
  step.uses = "paint";
  EXPECT_EQ(table.create(step).error().message, "no step is called 'paint'");
}

} // namespace
