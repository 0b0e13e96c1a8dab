// The capability table: every row takes what it says, every constraint refuses with its sentence.
#include "backends/neuron/compile/handlers.h"
#include "backends/neuron/test/client/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tandem {
const Backend &neuronBackend();
}

namespace tandem::neuron {
namespace {

using test::Example;
using test::OpText;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr Version kNewest = {9, 0, 3};

class Row : public ::testing::TestWithParam<Example> {};

TEST_P(Row, TakesWhatItSays) {
  const Example &example = GetParam();
  OpText text(example.arguments, example.body);
  ASSERT_TRUE(text.op());
  const Capability *row = capabilityOf(text.op());
  ASSERT_TRUE(row);
  EXPECT_EQ(row->form ? row->form->text.str() : "", example.form);
  Support support = supportOf(text.op(), {.version = kNewest});
  bool isTakenBack = // by a constraint
      example.kind == kI8 &&
      (example.form == "with another value" || example.form == "filter scales per channel");
  if (isTakenBack)
    EXPECT_FALSE(support);
  else
    EXPECT_THAT(support.reasons, ElementsAre());
}

TEST_P(Row, NeedsItsVersion) {
  const Example &example = GetParam();
  OpText text(example.arguments, example.body);
  ASSERT_TRUE(text.op());
  const Capability *row = capabilityOf(text.op());
  Version before = row->since;
  before.patch ? --before.patch : before.minor ? --before.minor : --before.major;
  std::string reason = example.op + ": " + row->operations.str() + " needs Neuron " +
                       row->since.text() + ", the device has " + before.text();
  EXPECT_THAT(supportOf(text.op(), {.version = before}).reasons, Contains(reason));
  EXPECT_THAT(supportOf(text.op(), {.version = row->since}).reasons, Not(Contains(reason)));
}

TEST_P(Row, HasAHandler) {
  HandlerTable table;
  registerAllHandlers(table);
  EXPECT_TRUE(table.find(OpText(GetParam().arguments, GetParam().body).op()));
}

INSTANTIATE_TEST_SUITE_P(Table, Row, ::testing::ValuesIn(test::allExamples()),
                         [](const auto &info) { return test::nameOf(info.param); });

TEST(Capability, HasAnExampleForEveryRow) {
  std::set<std::pair<std::string, std::string>> shown;
  for (const Example &example : test::allExamples())
    shown.insert({example.op, example.form});
  for (const Capability &row : capabilities())
    if (row.kinds)
      EXPECT_TRUE(shown.contains({row.op.str(), row.form ? row.form->text.str() : ""}))
          << row.op.str();
}

TEST(Capability, TellsWhatIsUnavailable) {
  for (auto [op, attributes, reason] :
       {std::tuple{"log", "",
                   "log: the vendor's header marks LOG as unavailable, compiling it fails"},
        {"log_softmax", "axis 0",
         "log_softmax: the vendor's header marks LOG_SOFTMAX as unavailable, compiling it fails"},
        {"sin", "", "sin: the vendor's header marks SIN as unavailable, compiling it fails"},
        {"reduce_prod", "axes []",
         "reduce_prod: the vendor's header marks REDUCE_PROD as unavailable, compiling it "
         "fails"}}) {
    OpText text("%x: tensor<4xf32>", "%r = graph." + std::string(op) + " %x " + attributes +
                                         " : (tensor<4xf32>) -> tensor<4xf32>");
    EXPECT_THAT(supportOf(text.op(), {}).reasons, ElementsAre(reason));
  }
}

TEST(Capability, TellsWhatItWouldGetWrong) {
  auto reasonsFor = [](const std::string &op, const std::string &type) {
    std::string shaped = "tensor<4x" + type + ">";
    OpText text("%x: " + shaped,
                "%r = graph." + op + " %x, %x : (" + shaped + ", " + shaped + ") -> " + shaped);
    return supportOf(text.op(), {}).reasons;
  };
  EXPECT_THAT(reasonsFor("div", "i32"),
              ElementsAre("div: Neuron's DIV rounds i32 down, this op toward zero"));
  EXPECT_THAT(reasonsFor("floor_mod", "f32"),
              ElementsAre("floor_mod: x - y * floor(x / y) in reals is not the remainder where x / "
                          "y rounds up"));
}

TEST(Capability, CountsTheOperationsOfAnOp) {
  const std::string image = "%x: tensor<1x4x6x2xf32>",
                    shape = " : (tensor<1x4x6x2xf32>) -> tensor<1x4x6x2xf32>";
  for (auto [body, count] : {std::pair{"%r = graph.relu %x" + shape, 1u},
                             {"%r = graph.ceil %x" + shape, 3u},
                             {"%r = graph.elu %x" + shape, 5u},
                             {"%r = graph.gelu %x" + shape, 20u}})
    EXPECT_EQ(neuronBackend().operationsFor(OpText(image, body).op()), count) << body;
}

TEST(Capability, TellsEveryReason) {
  OpText text("%x: tensor<2x2x2x2x4x!quant.uniform<i8:f32, 0.5:0>>",
              "%r = graph.softmax %x axis 4 beta -1.0 : (tensor<2x2x2x2x4x!quant.uniform<i8:f32, "
              "0.5:0>>) -> tensor<2x2x2x2x4x!quant.uniform<i8:f32, 0.25:0>>");
  EXPECT_THAT(supportOf(text.op(), {}).reasons,
              ElementsAre("softmax: rank must be at most 4, is 5",
                          "softmax: beta must be positive, is -1",
                          "softmax: the result must have scale 0.00390625 and zero point -128, has "
                          "scale 0.25 and zero point 0"));
}

TEST(Capability, NamesTheKindsThatAnOpCanHave) {
  OpText integer("%x: tensor<4xi64>", "%r = graph.relu %x : (tensor<4xi64>) -> tensor<4xi64>");
  EXPECT_THAT(supportOf(integer.op(), {}).reasons,
              ElementsAre("relu: input is i64, only f32, f16, u8 codes and i8 codes are possible"));
  OpText mixed("%x: tensor<4x!quant.uniform<u8:f32, 0.5:0>>, %y: tensor<4x!quant.uniform<i8:f32, "
               "0.5:0>>",
               "%r = graph.add %x, %y : (tensor<4x!quant.uniform<u8:f32, 0.5:0>>, "
               "tensor<4x!quant.uniform<i8:f32, 0.5:0>>) -> tensor<4x!quant.uniform<i8:f32, "
               "0.5:0>>");
  EXPECT_THAT(
      supportOf(mixed.op(), {}).reasons,
      ElementsAre("add: lhs is u8 codes and rhs is i8 codes, both must be of one type",
                  "add: the result is i8 codes and lhs is u8 codes, both must be of one type"));
  OpText index("%x: tensor<4xf32>",
               "%r = graph.arg_max %x axis 0 : (tensor<4xf32>) -> tensor<i64>");
  EXPECT_THAT(supportOf(index.op(), {}).reasons,
              ElementsAre("arg_max: the result is i64, only i32 is possible"));
}

TEST(Target, ComputesSignedCodesAsUnsignedOnesWhereItMust) {
  Processor processor;
  EXPECT_FALSE(Target::of(processor).unsignedCodes);
  processor.types = {ElementType::kU8, ElementType::kI32};
  EXPECT_TRUE(Target::of(processor).unsignedCodes);
  processor.types.push_back(ElementType::kI8);
  EXPECT_FALSE(Target::of(processor).unsignedCodes);
}

} // namespace
} // namespace tandem::neuron
