// Pools, reductions, normalizations and conversions.
#include "backends/neuron/test/host/oracle.h"

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;
using Floats = std::vector<float>;

/// A pool of 2x3 (height, width) with stride 2x1 over 4x5, in the implicit and the explicit form.
Floats pooled(int32_t operation, const Floats &image, bool isExplicit, int32_t fuse) {
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32({1, 4, 5, 2}))};
  std::vector<int32_t> window = isExplicit
                                    ? std::vector<int32_t>{1, 1, 0, 0, 1, 2, 3, 2, fuse}
                                    : std::vector<int32_t>{NEURON_PADDING_SAME, 1, 2, 3, 2, fuse};
  for (int32_t value : window)
    inputs.push_back(client.scalar(value));
  client.operation(operation, inputs, {client.output(f32({1, 2, 5, 2}))});
  return client.compute<float>(image);
}

TEST(Pool, PadsByNameOrByNumber) {
  Floats image = reals(40);
  for (bool isExplicit : {false, true})
    for (auto [operation, op] : {std::pair{int32_t(NEURON_AVERAGE_POOL_2D), "average_pool_2d"},
                                 std::pair{int32_t(NEURON_MAX_POOL_2D), "max_pool_2d"}})
      EXPECT_THAT(pooled(operation, image, isExplicit, NEURON_FUSED_RELU),
                  IsCloseTo(OpRunner(op)
                                .operand<float>({1, 4, 5, 2}, image)
                                .result<float>({1, 2, 5, 2})
                                .integers("window", {2, 3})
                                .integers("stride", {2, 1})
                                .integers("pad_low", {0, 1})
                                .integers("pad_high", {0, 1})
                                .keyword("activation", "relu")
                                .values<float>()))
          << op << isExplicit;
}

TEST(Pool, OfSquaresTakesTheirRoot) {
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32({1, 1, 2, 1}))};
  for (int32_t value : {int32_t(NEURON_PADDING_VALID), 1, 1, 2, 1, none()})
    inputs.push_back(client.scalar(value));
  client.operation(NEURON_L2_POOL_2D, inputs, {client.output(f32({1, 1, 1, 1}))});
  EXPECT_THAT(client.compute<float>(Floats{1, 7}), IsCloseTo(Floats{5}));
}

TEST(Pool, OnCodesIsTheReferences) {
  std::vector<uint8_t> image = codes<uint8_t>(16);
  Client client;
  std::vector<uint32_t> inputs = {client.input(u8({1, 4, 4, 1}, 0.1f, 7))};
  for (int32_t value : {int32_t(NEURON_PADDING_VALID), 2, 2, 2, 2, none()})
    inputs.push_back(client.scalar(value));
  client.operation(NEURON_AVERAGE_POOL_2D, inputs, {client.output(u8({1, 2, 2, 1}, 0.1f, 7))});
  EXPECT_EQ(client.compute<uint8_t>(image),
            OpRunner("average_pool_2d")
                .operand<uint8_t>({1, 4, 4, 1}, image, scaled(0.1f, 7))
                .result<uint8_t>({1, 2, 2, 1}, scaled(0.1f, 7))
                .integers("window", {2, 2})
                .integers("stride", {2, 2})
                .values<uint8_t>());
}

Floats reduced(int32_t operation, const std::vector<int32_t> &axes, bool keep,
               std::vector<uint32_t> result) {
  Client client;
  auto x = client.input(f32({2, 3}));
  auto dimensions = client.ints(axes);
  // MEAN alone says by a number whether the dimensions stay.
  auto keeps = operation == NEURON_MEAN ? client.scalar(int32_t(keep)) : client.flag(keep);
  client.operation(operation, {x, dimensions, keeps}, {client.output(f32(std::move(result)))});
  return client.compute<float>(Floats{1, 2, 3, 4, 5, 9});
}

TEST(Reduction, GoesOverTheDimensionsNamed) {
  EXPECT_THAT(reduced(NEURON_MEAN, {1}, true, {2, 1}), ElementsAre(2, 6));
  EXPECT_THAT(reduced(NEURON_MEAN, {-2, 0}, false, {3}), ElementsAre(2.5f, 3.5f, 6));
  EXPECT_THAT(reduced(NEURON_REDUCE_SUM, {0}, false, {3}), ElementsAre(5, 7, 12));
  EXPECT_THAT(reduced(NEURON_REDUCE_MAX, {1}, false, {2}), ElementsAre(3, 9));
  EXPECT_THAT(reduced(NEURON_REDUCE_MIN, {1}, true, {2, 1}), ElementsAre(1, 4));
}

TEST(Reduction, ToNothingHasOneDimension) {
  EXPECT_THAT(reduced(NEURON_REDUCE_SUM, {0, 1}, false, {1}), ElementsAre(24));
}

TEST(Arg, FindsTheFirstOfTheLargestOrSmallest) {
  for (bool smallest : {false, true}) {
    Client client;
    auto x = client.input(f32({2, 3}));
    client.operation(smallest ? NEURON_ARGMIN : NEURON_ARGMAX, {x, client.scalar(-1)},
                     {client.output(i32({2}))});
    EXPECT_THAT(client.compute<int32_t>(Floats{1, 5, 5, -2, 7, -2}),
                smallest ? ElementsAre(0, 0) : ElementsAre(1, 1));
  }
  Client client;
  auto x = client.input(i32({3}));
  client.operation(NEURON_ARGMIN, {x, client.scalar(int32_t(0))}, {client.output(i32({1}))});
  EXPECT_THAT(client.compute<int32_t>(std::vector<int32_t>{5, INT32_MIN, 7}), ElementsAre(1));
}

TEST(Normalization, DividesByTheLength) {
  {
    Client client;
    auto x = client.input(f32({1, 2}));
    client.operation(NEURON_L2_NORMALIZATION, {x}, {client.output(f32({1, 2}))});
    EXPECT_THAT(client.compute<float>(Floats{3, -4}), IsCloseTo(Floats{0.6f, -0.8f}));
  }
  Client client;
  auto x = client.input(u8({1, 2}, 0.5f, 10));
  client.operation(NEURON_L2_NORMALIZATION, {x, client.scalar(-1)},
                   {client.output(u8({1, 2}, 1.0f / 128, 128))});
  // 3 and -4 over 5, times 128.
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{16, 2}), ElementsAre(205, 26));
}

TEST(Normalization, OfInstancesIsPerChannel) {
  Client client;
  auto x = client.input(f32({1, 1, 2, 2}));
  client.operation(
      NEURON_INSTANCE_NORMALIZATION,
      {x, client.scalar(2.0f), client.scalar(1.0f), client.scalar(0.0f), client.flag(false)},
      {client.output(f32({1, 1, 2, 2}))});
  // Channels (1, 3) and (10, 30): each is -1 and 1 of its deviation.
  EXPECT_THAT(client.compute<float>(Floats{1, 10, 3, 30}), IsCloseTo(Floats{-1, -1, 3, 3}));
}

TEST(Normalization, ByTheRootOfTheMeanSquare) {
  Client client;
  auto x = client.input(f32({1, 2}));
  client.named("MTKEXT_RMS_NORMALIZATION",
               {x, client.ints({1}), client.constant(f32({2}), Floats{1, 10}),
                client.constant(f32({2}), Floats{0, 0}), client.scalar(0.0f)},
               {client.output(f32({1, 2}))});
  EXPECT_THAT(client.compute<float>(Floats{1, 7}), IsCloseTo(Floats{0.2f, 14}));
}

TEST(Conversion, QuantizesAndBack) {
  {
    Client client;
    auto x = client.input(f32({3}));
    client.operation(NEURON_QUANTIZE, {x}, {client.output(s8({3}, 0.5f, 1))});
    EXPECT_THAT(client.compute<int8_t>(Floats{-1, 0.3f, 1000}), ElementsAre(-1, 2, 127));
  }
  Client client;
  auto x = client.input(u8({2}, 0.5f, 10));
  client.operation(NEURON_DEQUANTIZE, {x}, {client.output(f32({2}))});
  EXPECT_THAT(client.compute<float>(std::vector<uint8_t>{12, 8}), ElementsAre(1, -1));
}

TEST(Conversion, ChangesSignAndScale) {
  Client client;
  auto x = client.input(u8({3}, 0.5f, 128));
  client.named("requantizemtk", {x}, {client.output(s8({3}, 0.25f, 0))});
  EXPECT_THAT(client.compute<int8_t>(std::vector<uint8_t>{128, 130, 255}), ElementsAre(0, 4, 127));
}

TEST(Conversion, CastsNumbersWhateverTheirScale) {
  {
    Client client;
    auto x = client.input(f32({3}));
    client.operation(NEURON_CAST, {x}, {client.output(i32({3}))});
    EXPECT_THAT(client.compute<int32_t>(Floats{1.9f, -1.9f, 3}), ElementsAre(1, -1, 3));
  }
  {
    Client client;
    auto x = client.input(u8({3}, 0.3f, 77));
    client.operation(NEURON_CAST, {x}, {client.output(f32({3}))});
    EXPECT_THAT(client.compute<float>(std::vector<uint8_t>{0, 100, 255}), ElementsAre(0, 100, 255));
  }
  {
    Client client;
    auto x = client.input(u8({256}, 0.3f, 77));
    client.operation(NEURON_CAST, {x}, {client.output(i32({256}))});
    std::vector<uint8_t> all(256);
    std::vector<int32_t> expected(256);
    for (int i = 0; i < 256; ++i)
      expected[static_cast<size_t>(i)] = all[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
    EXPECT_EQ(client.compute<int32_t>(all), expected);
  }
  Client client;
  auto x = client.input(f32({3}));
  client.operation(NEURON_CAST, {x}, {client.output(u8({3}, 0.3f, 77))});
  EXPECT_THAT(client.compute<uint8_t>(Floats{2.9f, 200, 0}), ElementsAre(2, 200, 0));
}

} // namespace
} // namespace tandem::neuron::test
