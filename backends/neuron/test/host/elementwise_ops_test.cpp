// Element by element: what the reference backend computes.
#include "backends/neuron/test/host/oracle.h"

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;

struct Pairing {
  int32_t operation;
  const char *op; ///< of the reference backend
};
void PrintTo(const Pairing &pairing, std::ostream *out) {
  *out << pairing.op;
}
std::string nameOf(const ::testing::TestParamInfo<Pairing> &info) {
  return info.param.op;
}

class Unary : public ::testing::TestWithParam<Pairing> {};

TEST_P(Unary, InFloat) {
  bool positive = GetParam().operation == NEURON_SQRT || GetParam().operation == NEURON_RSQRT;
  std::vector<float> values = reals(24, positive ? 0.25f : -3, 7);
  Client client;
  auto x = client.input(f32({2, 3, 4})), y = client.output(f32({2, 3, 4}));
  client.operation(GetParam().operation, {x}, {y});
  EXPECT_THAT(client.compute<float>(values), IsCloseTo(OpRunner(GetParam().op)
                                                           .operand<float>({2, 3, 4}, values)
                                                           .result<float>({2, 3, 4})
                                                           .values<float>()));
}
INSTANTIATE_TEST_SUITE_P(
    Operations, Unary,
    ::testing::Values(Pairing{NEURON_RELU, "relu"}, Pairing{NEURON_RELU1, "relu_n1_to_1"},
                      Pairing{NEURON_RELU6, "relu6"}, Pairing{NEURON_LOGISTIC, "sigmoid"},
                      Pairing{NEURON_TANH, "tanh"}, Pairing{NEURON_HARD_SWISH, "hard_swish"},
                      Pairing{NEURON_EXP, "exp"}, Pairing{NEURON_SQRT, "sqrt"},
                      Pairing{NEURON_RSQRT, "rsqrt"}, Pairing{NEURON_FLOOR, "floor"},
                      Pairing{NEURON_ABS, "abs"}, Pairing{NEURON_NEG, "neg"}),
    nameOf);

class UnaryOnCodes : public ::testing::TestWithParam<Pairing> {};

TEST_P(UnaryOnCodes, OfBothSigns) {
  bool toUnit = GetParam().operation == NEURON_LOGISTIC;
  bool toTwo = GetParam().operation == NEURON_TANH;
  float scale = toUnit ? 1.0f / 256 : toTwo ? 1.0f / 128 : 0.05f;
  {
    std::vector<uint8_t> values = codes<uint8_t>(48);
    int32_t zero = toUnit ? 0 : toTwo ? 128 : 100;
    Client client;
    auto x = client.input(u8({48}, 0.05f, 100)), y = client.output(u8({48}, scale, zero));
    client.operation(GetParam().operation, {x}, {y});
    EXPECT_EQ(client.compute<uint8_t>(values),
              OpRunner(GetParam().op)
                  .operand<uint8_t>({48}, values, scaled(0.05f, 100))
                  .result<uint8_t>({48}, scaled(scale, zero))
                  .values<uint8_t>());
  }
  std::vector<int8_t> values = codes<int8_t>(48);
  int32_t zero = toUnit ? -128 : toTwo ? 0 : -10;
  Client client;
  auto x = client.input(s8({48}, 0.05f, -10)), y = client.output(s8({48}, scale, zero));
  client.operation(GetParam().operation, {x}, {y});
  EXPECT_EQ(client.compute<int8_t>(values), OpRunner(GetParam().op)
                                                .operand<int8_t>({48}, values, scaled(0.05f, -10))
                                                .result<int8_t>({48}, scaled(scale, zero))
                                                .values<int8_t>());
}
INSTANTIATE_TEST_SUITE_P(
    Operations, UnaryOnCodes,
    ::testing::Values(Pairing{NEURON_RELU, "relu"}, Pairing{NEURON_RELU1, "relu_n1_to_1"},
                      Pairing{NEURON_RELU6, "relu6"}, Pairing{NEURON_LOGISTIC, "sigmoid"},
                      Pairing{NEURON_TANH, "tanh"}, Pairing{NEURON_HARD_SWISH, "hard_swish"}),
    nameOf);

class Binary : public ::testing::TestWithParam<Pairing> {
protected:
  static bool isArithmetic() { return GetParam().operation < NEURON_MAXIMUM; }
  static void add(Client &client, uint32_t a, uint32_t b, uint32_t y, int32_t fuse) {
    std::vector<uint32_t> inputs = {a, b};
    if (isArithmetic())
      inputs.push_back(client.scalar(fuse));
    client.operation(GetParam().operation, inputs, {y});
  }
};

TEST_P(Binary, InFloatWithBroadcasting) {
  std::vector<float> a = reals(12, 0.5f, 4), b = reals(4, 0.5f, 2, 2);
  for (bool clamped : {false, true}) {
    if (clamped && !isArithmetic())
      continue;
    Client client;
    auto x = client.input(f32({3, 4})), z = client.input(f32({4}));
    add(client, x, z, client.output(f32({3, 4})), clamped ? NEURON_FUSED_RELU1 : none());
    OpRunner runner(GetParam().op);
    runner.operand<float>({3, 4}, a).operand<float>({4}, b).result<float>({3, 4});
    if (clamped)
      runner.keyword("activation", "relu_n1_to_1");
    EXPECT_THAT(client.compute<float>(a, b), IsCloseTo(runner.values<float>()));
  }
}
INSTANTIATE_TEST_SUITE_P(Operations, Binary,
                         ::testing::Values(Pairing{NEURON_ADD, "add"}, Pairing{NEURON_SUB, "sub"},
                                           Pairing{NEURON_MUL, "mul"}, Pairing{NEURON_DIV, "div"},
                                           Pairing{NEURON_MAXIMUM, "maximum"},
                                           Pairing{NEURON_MINIMUM, "minimum"},
                                           Pairing{NEURON_POW, "pow"}),
                         nameOf);

class BinaryOfAnyKind : public Binary {};

TEST_P(BinaryOfAnyKind, OnCodes) {
  std::vector<uint8_t> a = codes<uint8_t>(20), b = codes<uint8_t>(20, 2);
  Client client;
  auto x = client.input(u8({20}, 0.02f, 3)), z = client.input(u8({20}, 0.03f, 120));
  add(client, x, z, client.output(u8({20}, 0.04f, 99)), none());
  EXPECT_EQ(client.compute<uint8_t>(a, b), OpRunner(GetParam().op)
                                               .operand<uint8_t>({20}, a, scaled(0.02f, 3))
                                               .operand<uint8_t>({20}, b, scaled(0.03f, 120))
                                               .result<uint8_t>({20}, scaled(0.04f, 99))
                                               .values<uint8_t>());
}

TEST_P(BinaryOfAnyKind, OnIntegers) {
  std::vector<int32_t> a = {7, -3, 100000}, b = {2, 5, -9};
  Client client;
  auto x = client.input(i32({3})), z = client.input(i32({3}));
  add(client, x, z, client.output(i32({3})), none());
  EXPECT_EQ(client.compute<int32_t>(a, b), OpRunner(GetParam().op)
                                               .operand<int32_t>({3}, a)
                                               .operand<int32_t>({3}, b)
                                               .result<int32_t>({3})
                                               .values<int32_t>());
}
INSTANTIATE_TEST_SUITE_P(Operations, BinaryOfAnyKind,
                         ::testing::Values(Pairing{NEURON_ADD, "add"}, Pairing{NEURON_SUB, "sub"},
                                           Pairing{NEURON_MUL, "mul"},
                                           Pairing{NEURON_MAXIMUM, "maximum"},
                                           Pairing{NEURON_MINIMUM, "minimum"}),
                         nameOf);

TEST(Elementwise, NegatesAndTakesMagnitudesOfIntegers) {
  std::vector<int32_t> values = {5, -6, 0};
  for (int32_t operation : {NEURON_NEG, NEURON_ABS}) {
    Client client;
    auto x = client.input(i32({3})), y = client.output(i32({3}));
    client.operation(operation, {x}, {y});
    std::vector<int32_t> expected =
        operation == NEURON_NEG ? std::vector<int32_t>{-5, 6, 0} : std::vector<int32_t>{5, 6, 0};
    EXPECT_EQ(client.compute<int32_t>(values), expected);
  }
}

TEST(Elementwise, SoftmaxHasABetaAndAnAxis) {
  std::vector<float> values = reals(6);
  for (int32_t axis : {-1, 0}) {
    Client client;
    auto x = client.input(f32({2, 3}));
    client.operation(NEURON_SOFTMAX, {x, client.scalar(0.5f), client.scalar(axis)},
                     {client.output(f32({2, 3}))});
    EXPECT_THAT(client.compute<float>(values), IsCloseTo(OpRunner("softmax")
                                                             .operand<float>({2, 3}, values)
                                                             .result<float>({2, 3})
                                                             .integers("axis", {axis ? 1 : 0})
                                                             .real("beta", 0.5f)
                                                             .values<float>()));
  }
  std::vector<uint8_t> bytes = codes<uint8_t>(10);
  Client client;
  auto x = client.input(u8({1, 10}, 0.1f, 30));
  client.operation(NEURON_SOFTMAX, {x, client.scalar(1.0f)},
                   {client.output(u8({1, 10}, 1.0f / 256, 0))});
  EXPECT_EQ(client.compute<uint8_t>(bytes), OpRunner("softmax")
                                                .operand<uint8_t>({1, 10}, bytes, scaled(0.1f, 30))
                                                .result<uint8_t>({1, 10}, scaled(1.0f / 256, 0))
                                                .integers("axis", {1})
                                                .values<uint8_t>());
}

TEST(Elementwise, PreluTakesSlopesOfTheInputsTypeOrFloats) {
  {
    Client client;
    auto x = client.input(f32({4})), y = client.output(f32({4}));
    client.operation(NEURON_PRELU, {x, client.constant(f32({1}), std::vector{0.25f})}, {y});
    EXPECT_THAT(client.compute<float>(std::vector<float>{-4, -1, 0, 8}),
                ElementsAre(-1, -0.25f, 0, 8));
  }
  Client client;
  auto x = client.input(u8({4}, 0.5f, 10)), y = client.output(u8({4}, 0.5f, 10));
  client.operation(NEURON_PRELU, {x, client.constant(f32({1}), std::vector{0.5f})}, {y});
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{2, 6, 10, 30}),
              ElementsAre(6, 8, 10, 30));
}

TEST(Elementwise, ComputesHalfPrecisionInFloat) {
  Client client;
  auto x = client.input(f16({3})), y = client.output(f16({3}));
  auto shift = client.constant(f16({1}), std::vector<uint16_t>{floatToHalf(0.5f)});
  auto moved = client.temporary(f16({3}));
  client.operation(NEURON_ADD, {x, shift, client.scalar(none())}, {moved});
  client.operation(NEURON_TANH, {moved}, {y});
  std::vector<uint16_t> given = {floatToHalf(-0.5f), floatToHalf(0), floatToHalf(2)};
  std::vector<float> results;
  for (uint16_t bits : client.compute<uint16_t>(given))
    results.push_back(halfToFloat(bits));
  std::vector<float> expected = {0, halfToFloat(floatToHalf(std::tanh(0.5f))),
                                 halfToFloat(floatToHalf(std::tanh(2.5f)))};
  EXPECT_EQ(results, expected);
}

TEST(Elementwise, TakesCodesThatNoKernelHasAsRealNumbers) {
  // 16 bits: 0.01 * 500 + 0.02 * -100 = 3
  Client client;
  auto x = client.input({NEURON_TENSOR_QUANT16_SYMM, {1}, 0.01f});
  auto z = client.input({NEURON_TENSOR_QUANT16_SYMM, {1}, 0.02f});
  client.operation(NEURON_ADD, {x, z, client.scalar(none())},
                   {client.output({NEURON_TENSOR_QUANT16_SYMM, {1}, 0.001f})});
  EXPECT_THAT(client.compute<int16_t>(std::vector<int16_t>{500}, std::vector<int16_t>{-100}),
              ElementsAre(3000));
}

TEST(Elementwise, TakesTheDelegatesSymmetricTensorsWithAZeroPoint) {
  Client client;
  auto x = client.input({NEURON_TENSOR_QUANT8_SYMM, {2}, 0.5f, 4});
  client.operation(NEURON_RELU, {x}, {client.output(s8({2}, 0.5f, 4))});
  EXPECT_THAT(client.compute<int8_t>(std::vector<int8_t>{-8, 10}), ElementsAre(4, 10));
}

} // namespace
} // namespace tandem::neuron::test
