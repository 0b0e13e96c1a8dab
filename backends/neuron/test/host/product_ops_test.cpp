// Convolutions and matrix products: what the reference backend computes.
#include "backends/neuron/test/host/oracle.h"

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;

/// The operands that describe how a window moves, in the order of the ABI.
std::vector<uint32_t> scalars(Client &client, std::initializer_list<int32_t> values) {
  std::vector<uint32_t> ids;
  for (int32_t value : values)
    ids.push_back(client.scalar(value));
  return ids;
}
void append(std::vector<uint32_t> &to, const std::vector<uint32_t> &more) {
  to.insert(to.end(), more.begin(), more.end());
}

const std::vector<float> kImage = reals(5 * 6 * 2), kFilter = reals(3 * 3 * 2 * 2, -1, 1, 2),
                         kBias = reals(3, -1, 1, 3);

OpRunner conv(std::vector<int64_t> low, std::vector<int64_t> high, Shape result) {
  OpRunner runner("conv_2d");
  runner.operand<float>({1, 5, 6, 2}, kImage)
      .operand<float>({3, 3, 2, 2}, kFilter)
      .operand<float>({3}, kBias)
      .result<float>(std::move(result))
      .integers("pad_low", std::move(low))
      .integers("pad_high", std::move(high));
  return runner;
}

/// Filters of 3x2 (height, width), of 3 channels from 2.
std::vector<float> runConv(const std::vector<int32_t> &window, std::vector<uint32_t> result,
                           bool withLayout = false) {
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32({1, 5, 6, 2})),
                                  client.constant(f32({3, 3, 2, 2}), kFilter),
                                  client.constant(f32({3}), kBias)};
  for (int32_t value : window)
    inputs.push_back(client.scalar(value));
  if (withLayout)
    inputs.push_back(client.flag(false));
  client.operation(NEURON_CONV_2D, inputs, {client.output(f32(std::move(result)))});
  return client.compute<float>(kImage);
}

TEST(Conv2d, PadsByNameOrByNumber) {
  // Implicit: padding, stride width and height, activation.
  EXPECT_THAT(runConv({NEURON_PADDING_VALID, 1, 1, none()}, {1, 3, 5, 3}),
              IsCloseTo(conv({0, 0}, {0, 0}, {1, 3, 5, 3}).values<float>()));
  EXPECT_THAT(runConv({NEURON_PADDING_SAME, 1, 1, none()}, {1, 5, 6, 3}),
              IsCloseTo(conv({1, 0}, {1, 1}, {1, 5, 6, 3}).values<float>()));
  // Explicit: left, right, top, bottom.
  EXPECT_THAT(runConv({1, 0, 2, 1, 1, 1, none()}, {1, 6, 6, 3}),
              IsCloseTo(conv({2, 1}, {1, 0}, {1, 6, 6, 3}).values<float>()));
  EXPECT_THAT(runConv({1, 0, 2, 1, 1, 1, none()}, {1, 6, 6, 3}, /*withLayout=*/true),
              IsCloseTo(conv({2, 1}, {1, 0}, {1, 6, 6, 3}).values<float>()));
}

TEST(Conv2d, TakesWidthBeforeHeight) {
  // Stride 2 in width, 1 in height.
  EXPECT_THAT(runConv({NEURON_PADDING_VALID, 2, 1, NEURON_FUSED_RELU}, {1, 3, 3, 3}),
              IsCloseTo(conv({0, 0}, {0, 0}, {1, 3, 3, 3})
                            .integers("stride", {1, 2})
                            .keyword("activation", "relu")
                            .values<float>()));
}

TEST(Conv2d, DilatesAndKeepsChannelsFirst) {
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32({1, 5, 6, 2})),
                                  client.constant(f32({3, 3, 2, 2}), kFilter),
                                  client.constant(f32({3}), kBias)};
  append(inputs, scalars(client, {NEURON_PADDING_SAME, 1, 1, none()}));
  inputs.push_back(client.flag(false));
  append(inputs, scalars(client, {2, 1})); // width, then height
  client.operation(NEURON_CONV_2D, inputs, {client.output(f32({1, 5, 6, 3}))});
  EXPECT_THAT(
      client.compute<float>(kImage),
      IsCloseTo(conv({1, 1}, {1, 1}, {1, 5, 6, 3}).integers("dilation", {1, 2}).values<float>()));

  // The same image with its channels before its rows.
  std::vector<float> planes(kImage.size());
  for (size_t pixel = 0; pixel < 30; ++pixel)
    for (size_t c = 0; c < 2; ++c)
      planes[c * 30 + pixel] = kImage[pixel * 2 + c];
  Client first;
  inputs = {first.input(f32({1, 2, 5, 6})), first.constant(f32({3, 3, 2, 2}), kFilter),
            first.constant(f32({3}), kBias)};
  append(inputs, scalars(first, {NEURON_PADDING_VALID, 1, 1, none()}));
  inputs.push_back(first.flag(true));
  first.operation(NEURON_CONV_2D, inputs, {first.output(f32({1, 3, 3, 5}))});
  std::vector<float> last = conv({0, 0}, {0, 0}, {1, 3, 5, 3}).values<float>(), expected(45);
  for (size_t pixel = 0; pixel < 15; ++pixel)
    for (size_t c = 0; c < 3; ++c)
      expected[c * 15 + pixel] = last[pixel * 3 + c];
  EXPECT_THAT(first.compute<float>(planes), IsCloseTo(expected));
}

TEST(Conv2d, OnCodesIsTheReferences) {
  std::vector<uint8_t> image = codes<uint8_t>(4 * 4 * 4), filter = codes<uint8_t>(8 * 4, 2);
  std::vector<int32_t> bias = {100, -200, 300, 0, 5, 6, -7, 8};
  Client client;
  std::vector<uint32_t> inputs = {client.input(u8({1, 4, 4, 4}, 0.02f, 128)),
                                  client.constant(u8({8, 1, 1, 4}, 0.01f, 120), filter),
                                  client.constant(i32({8}, 0.02f * 0.01f), bias)};
  append(inputs, scalars(client, {NEURON_PADDING_VALID, 1, 1, NEURON_FUSED_RELU6}));
  client.operation(NEURON_CONV_2D, inputs, {client.output(u8({1, 4, 4, 8}, 0.025f, 10))});
  EXPECT_EQ(client.compute<uint8_t>(image),
            OpRunner("conv_2d")
                .operand<uint8_t>({1, 4, 4, 4}, image, scaled(0.02f, 128))
                .operand<uint8_t>({8, 1, 1, 4}, filter, scaled(0.01f, 120))
                .operand<int32_t>({8}, bias)
                .result<uint8_t>({1, 4, 4, 8}, scaled(0.025f, 10))
                .keyword("activation", "relu6")
                .values<uint8_t>());
}

TEST(Conv2d, HasFiltersPerChannel) {
  std::vector<int8_t> image = codes<int8_t>(9 * 2), filter = codes<int8_t>(3 * 4 * 2, 2);
  std::vector<int32_t> bias = {10, 20, 30};
  std::vector<float> scales = {0.01f, 0.02f, 0.005f};
  Client client;
  auto weights = client.constant({NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, {3, 2, 2, 2}}, filter);
  client.channels(weights, 0, scales);
  std::vector<uint32_t> inputs = {client.input(s8({1, 3, 3, 2}, 0.02f, 3)), weights,
                                  client.constant(i32({3}), bias)};
  append(inputs, scalars(client, {NEURON_PADDING_VALID, 1, 1, none()}));
  client.operation(NEURON_CONV_2D, inputs, {client.output(s8({1, 2, 2, 3}, 0.05f, -5))});
  EXPECT_EQ(client.compute<int8_t>(image),
            OpRunner("conv_2d")
                .operand<int8_t>({1, 3, 3, 2}, image, scaled(0.02f, 3))
                .operand<int8_t>({3, 2, 2, 2}, filter, {scales, {0, 0, 0}, 0})
                .operand<int32_t>({3}, bias)
                .result<int8_t>({1, 2, 2, 3}, scaled(0.05f, -5))
                .values<int8_t>());
}

TEST(Conv2d, TakesPaddleLitesFilterOfOneChannel) {
  // Type 11 with the scale in the type, and no setter.
  Client client;
  auto weights = client.constant({NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, {1, 1, 1, 1}, 0.5f},
                                 std::vector<int8_t>{4});
  std::vector<uint32_t> inputs = {client.input(u8({1, 1, 1, 1}, 1.0f, 0)), weights,
                                  client.constant(i32({1}), std::vector<int32_t>{0})};
  append(inputs, scalars(client, {0, 0, 0, 0, 1, 1, none()}));
  client.operation(NEURON_CONV_2D, inputs, {client.output(u8({1, 1, 1, 1}, 1.0f, 0))});
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{7}), ElementsAre(14));
}

TEST(Conv2d, RefusesABiasOfAnotherScale) {
  Client client;
  std::vector<uint32_t> inputs = {
      client.input(u8({1, 1, 1, 1}, 0.5f, 0)),
      client.constant(u8({1, 1, 1, 1}, 0.5f, 0), std::vector<uint8_t>{4}),
      client.constant(i32({1}, 0.3f), std::vector<int32_t>{1})};
  append(inputs, scalars(client, {NEURON_PADDING_VALID, 1, 1, none()}));
  client.operation(NEURON_CONV_2D, inputs, {client.output(u8({1, 1, 1, 1}, 1.0f, 0))});
  EXPECT_EQ(client.compile(), NEURON_UNMAPPABLE);
}

TEST(Conv2d, InGroups) {
  std::vector<float> image = reals(2 * 2 * 4), filter = reals(4 * 2, -1, 1, 2),
                     bias = reals(4, -1, 1, 3);
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32({1, 2, 2, 4})),
                                  client.constant(f32({4, 1, 1, 2}), filter),
                                  client.constant(f32({4}), bias)};
  append(inputs, scalars(client, {NEURON_PADDING_SAME, 1, 1, /*groups=*/2, none()}));
  inputs.push_back(client.flag(false));
  client.operation(NEURON_GROUPED_CONV_2D, inputs, {client.output(f32({1, 2, 2, 4}))});
  EXPECT_THAT(client.compute<float>(image), IsCloseTo(OpRunner("conv_2d")
                                                          .operand<float>({1, 2, 2, 4}, image)
                                                          .operand<float>({4, 1, 1, 2}, filter)
                                                          .operand<float>({4}, bias)
                                                          .result<float>({1, 2, 2, 4})
                                                          .integers("groups", {2})
                                                          .values<float>()));
}

TEST(DepthwiseConv2d, PadsByNameOrByNumberWithAMultiplier) {
  std::vector<float> image = reals(4 * 4 * 2), filter = reals(3 * 3 * 4, -1, 1, 2),
                     bias = reals(4, -1, 1, 3);
  OpRunner runner("depthwise_conv_2d");
  runner.operand<float>({1, 4, 4, 2}, image)
      .operand<float>({1, 3, 3, 4}, filter)
      .operand<float>({4}, bias)
      .result<float>({1, 2, 2, 4})
      .integers("stride", {2, 2})
      .integers("pad_low", {0, 0})
      .integers("pad_high", {1, 1});
  std::vector<float> expected = runner.values<float>();
  for (const std::vector<int32_t> &window :
       {std::vector<int32_t>{NEURON_PADDING_SAME, 2, 2, /*multiplier=*/2, none()},
        std::vector<int32_t>{0, 1, 0, 1, 2, 2, /*multiplier=*/2, none()}}) {
    Client client;
    std::vector<uint32_t> inputs = {client.input(f32({1, 4, 4, 2})),
                                    client.constant(f32({1, 3, 3, 4}), filter),
                                    client.constant(f32({4}), bias)};
    for (int32_t value : window)
      inputs.push_back(client.scalar(value));
    client.operation(NEURON_DEPTHWISE_CONV_2D, inputs, {client.output(f32({1, 2, 2, 4}))});
    EXPECT_THAT(client.compute<float>(image), IsCloseTo(expected)) << window.size();
  }
}

TEST(DepthwiseConv2d, OnCodesIsTheReferences) {
  std::vector<int8_t> image = codes<int8_t>(3 * 3 * 4), filter = codes<int8_t>(9 * 4, 2);
  std::vector<int32_t> bias = {1, 2, 3, 4};
  std::vector<float> scales = {0.01f, 0.02f, 0.005f, 0.03f};
  Client client;
  auto weights = client.constant({NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, {1, 3, 3, 4}}, filter);
  client.channels(weights, 3, scales);
  std::vector<uint32_t> inputs = {client.input(s8({1, 3, 3, 4}, 0.02f, 3)), weights,
                                  client.constant(i32({4}), bias)};
  append(inputs, scalars(client, {NEURON_PADDING_SAME, 1, 1, 1, NEURON_FUSED_RELU}));
  inputs.push_back(client.flag(false));
  append(inputs, scalars(client, {1, 1}));
  client.operation(NEURON_DEPTHWISE_CONV_2D, inputs, {client.output(s8({1, 3, 3, 4}, 0.05f, -5))});
  EXPECT_EQ(client.compute<int8_t>(image),
            OpRunner("depthwise_conv_2d")
                .operand<int8_t>({1, 3, 3, 4}, image, scaled(0.02f, 3))
                .operand<int8_t>({1, 3, 3, 4}, filter, {scales, {0, 0, 0, 0}, 3})
                .operand<int32_t>({4}, bias)
                .result<int8_t>({1, 3, 3, 4}, scaled(0.05f, -5))
                .integers("pad_low", {1, 1})
                .integers("pad_high", {1, 1})
                .keyword("activation", "relu")
                .values<int8_t>());
}

TEST(TransposeConv2d, TakesTheResultsShapeOrPads) {
  std::vector<float> image = reals(2 * 3 * 2), filter = reals(3 * 3 * 3 * 2, -1, 1, 2),
                     bias = reals(3, -1, 1, 3);
  OpRunner runner("transpose_conv_2d");
  runner.operand<float>({1, 2, 3, 2}, image)
      .operand<float>({3, 3, 3, 2}, filter)
      .operand<float>({3}, bias)
      .result<float>({1, 4, 6, 3})
      .integers("stride", {2, 2})
      .integers("pad_low", {0, 0})
      .integers("pad_high", {1, 1});
  std::vector<float> expected = runner.values<float>();
  for (bool byShape : {true, false}) {
    Client client;
    std::vector<uint32_t> inputs = {client.input(f32({1, 2, 3, 2})),
                                    client.constant(f32({3, 3, 3, 2}), filter),
                                    client.constant(f32({3}), bias)};
    if (byShape)
      inputs.push_back(client.ints({1, 4, 6, 3}));
    append(inputs, byShape ? scalars(client, {NEURON_PADDING_SAME, 2, 2, none()})
                           : scalars(client, {0, 1, 0, 1, 2, 2, none()}));
    inputs.push_back(client.flag(false));
    client.operation(NEURON_TRANSPOSE_CONV_2D, inputs, {client.output(f32({1, 4, 6, 3}))});
    EXPECT_THAT(client.compute<float>(image), IsCloseTo(expected)) << byShape;
  }
}

TEST(FullyConnected, FlattensItsInputAndMayGiveMoreDimensions) {
  std::vector<float> rows = reals(12), weights = reals(8, -1, 1, 2), bias = {1, -1};
  std::vector<float> expected = OpRunner("fully_connected")
                                    .operand<float>({3, 4}, rows)
                                    .operand<float>({2, 4}, weights)
                                    .operand<float>({2}, bias)
                                    .result<float>({3, 2})
                                    .values<float>();
  for (const std::vector<uint32_t> &result : {std::vector<uint32_t>{3, 2}, {1, 3, 2}}) {
    Client client;
    auto x = client.input(f32({1, 3, 4}));
    client.operation(NEURON_FULLY_CONNECTED,
                     {x, client.constant(f32({2, 4}), weights), client.constant(f32({2}), bias),
                      client.scalar(none())},
                     {client.output(f32(result))});
    EXPECT_THAT(client.compute<float>(rows), IsCloseTo(expected));
  }
}

TEST(FullyConnected, OnCodesIsTheReferences) {
  std::vector<int8_t> rows = codes<int8_t>(2 * 16), weights = codes<int8_t>(3 * 16, 2);
  std::vector<int32_t> bias = {1000, -50, 7};
  Client client;
  auto x = client.input(s8({2, 16}, 0.1f, 3));
  // LiteRT's plugin sends symmetric weights as type 13, and a bias that it made up without a scale.
  client.operation(NEURON_FULLY_CONNECTED,
                   {x, client.constant({NEURON_TENSOR_QUANT8_SYMM, {3, 16}, 0.05f}, weights),
                    client.constant(i32({3}), bias), client.scalar(none())},
                   {client.output(s8({2, 3}, 0.8f, -3))});
  EXPECT_EQ(client.compute<int8_t>(rows), OpRunner("fully_connected")
                                              .operand<int8_t>({2, 16}, rows, scaled(0.1f, 3))
                                              .operand<int8_t>({3, 16}, weights, scaled(0.05f, 0))
                                              .operand<int32_t>({3}, bias)
                                              .result<int8_t>({2, 3}, scaled(0.8f, -3))
                                              .values<int8_t>());
}

TEST(FullyConnected, OnSixteenBitsIsThatOfRealNumbers) {
  // 0.01 * 100 * 0.5 * 3 + bias 0.005 * 200 = 2.5
  Client client;
  auto x = client.input({NEURON_TENSOR_QUANT16_SYMM, {1, 1}, 0.01f});
  client.operation(NEURON_FULLY_CONNECTED,
                   {x, client.constant(s8({1, 1}, 0.5f, 0), std::vector<int8_t>{3}),
                    client.constant(i32({1}, 0.005f), std::vector<int32_t>{200}),
                    client.scalar(none())},
                   {client.output({NEURON_TENSOR_QUANT16_SYMM, {1, 1}, 0.001f})});
  EXPECT_THAT(client.compute<int16_t>(std::vector<int16_t>{100}), ElementsAre(2500));
}

TEST(BatchMatmul, TransposesEitherSide) {
  std::vector<float> lhs = reals(2 * 3 * 4), rhs = reals(2 * 5 * 4, -1, 1, 2);
  Client client;
  auto a = client.input(f32({2, 3, 4})), b = client.input(f32({2, 5, 4}));
  client.operation(NEURON_BATCH_MATMUL, {a, b, client.flag(false), client.flag(true)},
                   {client.output(f32({2, 3, 5}))});
  EXPECT_THAT(client.compute<float>(lhs, rhs), IsCloseTo(OpRunner("batch_matmul")
                                                             .operand<float>({2, 3, 4}, lhs)
                                                             .operand<float>({2, 5, 4}, rhs)
                                                             .result<float>({2, 3, 5})
                                                             .integers("transpose_rhs", {1})
                                                             .values<float>()));
}

} // namespace
} // namespace tandem::neuron::test
