// Comparisons, logic, and what is chosen by them, by indices or by order.
#include "backends/neuron/test/host/oracle.h"

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;
using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;
using Truths = std::vector<uint8_t>;
using Codes = std::vector<uint8_t>;

struct Comparison {
  int32_t operation;
  const char *op;  ///< of the reference backend
  Truths expected; ///< of 1, 2, 3 and 2
};
void PrintTo(const Comparison &comparison, std::ostream *out) {
  *out << comparison.op;
}

class Compare : public ::testing::TestWithParam<Comparison> {};

TEST_P(Compare, RealsIntegersAndTruthsByNumber) {
  const Truths &expected = GetParam().expected;
  {
    Client client;
    auto x = client.input(f32({3})), y = client.input(f32({1}));
    client.operation(GetParam().operation, {x, y}, {client.output(bool8({3}))});
    EXPECT_EQ(client.compute<uint8_t>(Floats{1, 2, 3}, Floats{2}), expected);
  }
  {
    Client client;
    auto x = client.input(i32({3})), y = client.input(i32({1}));
    client.operation(GetParam().operation, {x, y}, {client.output(bool8({3}))});
    EXPECT_EQ(client.compute<uint8_t>(Ints{1, 2, 3}, Ints{2}), expected);
  }
  Client client; // false below true
  auto x = client.input(bool8({2})), y = client.input(bool8({1}));
  client.operation(GetParam().operation, {x, y}, {client.output(bool8({2}))});
  EXPECT_THAT(client.compute<uint8_t>(Truths{0, 1}, Truths{1}),
              ElementsAre(expected[0], expected[1]));
}

TEST_P(Compare, CodesAsTheReferenceDoes) {
  Codes a = codes<uint8_t>(200), b = codes<uint8_t>(200, 2);
  Client client;
  auto x = client.input(u8({200}, 0.02f, 3)), y = client.input(u8({200}, 0.03f, 120));
  client.operation(GetParam().operation, {x, y}, {client.output(bool8({200}))});
  std::vector<uint8_t> expected;
  for (auto truth : OpRunner(GetParam().op)
                        .operand<uint8_t>({200}, a, scaled(0.02f, 3))
                        .operand<uint8_t>({200}, b, scaled(0.03f, 120))
                        .result<reference::Truth>({200})
                        .values<reference::Truth>())
    expected.push_back(static_cast<uint8_t>(truth));
  EXPECT_EQ(client.compute<uint8_t>(a, b), expected);
}
INSTANTIATE_TEST_SUITE_P(Operations, Compare,
                         ::testing::Values(Comparison{NEURON_EQUAL, "equal", {0, 1, 0}},
                                           Comparison{NEURON_NOT_EQUAL, "not_equal", {1, 0, 1}},
                                           Comparison{NEURON_LESS, "less", {1, 0, 0}},
                                           Comparison{NEURON_LESS_EQUAL, "less_equal", {1, 1, 0}},
                                           Comparison{NEURON_GREATER, "greater", {0, 0, 1}},
                                           Comparison{
                                               NEURON_GREATER_EQUAL, "greater_equal", {0, 1, 1}}),
                         [](const auto &info) { return std::string(info.param.op); });

TEST(Logic, OfTwoAndOfOne) {
  for (auto [operation, expected] : {std::pair{int32_t(NEURON_LOGICAL_AND), Truths{0, 0, 0, 1}},
                                     {int32_t(NEURON_LOGICAL_OR), Truths{0, 1, 1, 1}}}) {
    Client client;
    auto x = client.input(bool8({4})), y = client.input(bool8({4}));
    client.operation(operation, {x, y}, {client.output(bool8({4}))});
    EXPECT_EQ(client.compute<uint8_t>(Truths{0, 0, 1, 1}, Truths{0, 1, 0, 1}), expected);
  }
  Client client;
  auto x = client.input(bool8({2}));
  client.operation(NEURON_LOGICAL_NOT, {x}, {client.output(bool8({2}))});
  EXPECT_THAT(client.compute<uint8_t>(Truths{0, 1}), ElementsAre(1, 0));
}

TEST(Logic, OverDimensionsIsAnyOrAll) {
  for (auto [operation, expected] : {std::pair{int32_t(NEURON_REDUCE_ANY), Truths{1, 1, 0}},
                                     {int32_t(NEURON_REDUCE_ALL), Truths{1, 0, 0}}}) {
    Client client;
    auto x = client.input(bool8({3, 2}));
    client.operation(operation, {x, client.ints({-1}), client.flag(false)},
                     {client.output(bool8({3}))});
    EXPECT_EQ(client.compute<uint8_t>(Truths{1, 1, 0, 1, 0, 0}), expected);
  }
}

TEST(Select, TakesOneOrTheOther) {
  Client client;
  auto x = client.input(f32({3})), mask = client.temporary(bool8({3}));
  client.operation(NEURON_GREATER, {x, client.constant(f32({1}), Floats{0})}, {mask});
  client.operation(NEURON_SELECT, {mask, x, client.constant(f32({3}), Floats{7, 8, 9})},
                   {client.output(f32({3}))});
  EXPECT_THAT(client.compute<float>(Floats{1, -1, 2}), ElementsAre(1, 8, 2));
}

TEST(Select, BringsCodesToTheScaleOfTheResult) {
  Client client;
  auto mask = client.input(bool8({2}));
  auto x = client.input(u8({2}, 0.5f, 10)), y = client.input(u8({2}, 0.25f, 0));
  client.operation(NEURON_SELECT, {mask, x, y}, {client.output(u8({2}, 0.25f, 100))});
  EXPECT_THAT(client.compute<uint8_t>(Truths{1, 0}, Codes{14, 14}, Codes{8, 8}),
              ElementsAre(108, 108));
}

TEST(Select, DoesNotBroadcast) {
  Client client;
  auto mask = client.input(bool8({1})), x = client.input(f32({2})), y = client.input(f32({2}));
  client.operation(NEURON_SELECT, {mask, x, y}, {client.output(f32({2}))});
  EXPECT_EQ(client.compile(), NEURON_BAD_DATA);
}

TEST(Gather, TakesTheAxisBeforeTheIndices) {
  Client client;
  auto x = client.input(i32({2, 3})), indices = client.input(i32({2}));
  client.operation(NEURON_GATHER, {x, client.scalar(-1), indices}, {client.output(i32({2, 2}))});
  EXPECT_THAT(client.compute<int32_t>(Ints{1, 2, 3, 4, 5, 6}, Ints{2, 0}), ElementsAre(3, 1, 6, 4));
}

TEST(TopK, HasTheLargerIndexOfEqualOnesFirst) {
  Client client;
  auto x = client.input(u8({2, 4}, 0.5f, 3));
  client.operation(NEURON_TOPK_V2, {x, client.scalar(3)},
                   {client.output(u8({2, 3}, 0.5f, 3)), client.output(i32({2, 3}))});
  std::vector<Bytes> outputs = client.run({bytesOf(Codes{1, 7, 7, 2, 3, 7, 3, 3})});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_THAT(valuesOf<uint8_t>(outputs[0]), ElementsAre(7, 7, 2, 7, 3, 3));
  EXPECT_THAT(valuesOf<int32_t>(outputs[1]), ElementsAre(2, 1, 3, 1, 3, 2));
}

TEST(TopK, NeedsAsManyElements) {
  Client client;
  auto x = client.input(f32({2}));
  client.operation(NEURON_TOPK_V2, {x, client.scalar(3)},
                   {client.output(f32({3})), client.output(i32({3}))});
  EXPECT_EQ(client.compile(), NEURON_BAD_DATA);
}

TEST(Div, OfWholeNumbersRoundsDown) {
  Client client;
  auto x = client.input(i32({4})), y = client.input(i32({4}));
  client.operation(NEURON_DIV, {x, y, client.scalar(none())}, {client.output(i32({4}))});
  EXPECT_THAT(client.compute<int32_t>(Ints{7, -7, 7, -7}, Ints{2, 2, -2, -2}),
              ElementsAre(3, -4, -4, 3));
}

TEST(Normalization, OfCodesIsTheReferences) {
  std::vector<int8_t> values = codes<int8_t>(70);
  Client client;
  auto x = client.input(s8({2, 35}, 0.05f, 3));
  client.operation(NEURON_L2_NORMALIZATION, {x}, {client.output(s8({2, 35}, 1.0f / 128, 0))});
  EXPECT_EQ(client.compute<int8_t>(values), OpRunner("l2_normalization")
                                                .operand<int8_t>({2, 35}, values, scaled(0.05f, 3))
                                                .result<int8_t>({2, 35}, scaled(1.0f / 128, 0))
                                                .integers("axis", {1})
                                                .values<int8_t>());
}

} // namespace
} // namespace tandem::neuron::test
