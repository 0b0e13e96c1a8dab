// Operations that move elements, by hand.
#include "backends/neuron/test/host/oracle.h"

#include <numeric>

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using Floats = std::vector<float>;

/// 0, 1, 2 ...
Floats counted(size_t count) {
  Floats values(count);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

/// One operation on counted elements of this shape; `operands` adds what follows the input.
template <typename AddOperands>
Floats moved(int32_t operation, std::vector<uint32_t> shape, std::vector<uint32_t> result,
             AddOperands operands) {
  size_t count = std::accumulate(shape.begin(), shape.end(), size_t(1), std::multiplies<>());
  Client client;
  std::vector<uint32_t> inputs = {client.input(f32(std::move(shape)))};
  for (uint32_t id : operands(client))
    inputs.push_back(id);
  client.operation(operation, inputs, {client.output(f32(std::move(result)))});
  return client.compute<float>(counted(count));
}
using Ids = std::vector<uint32_t>;

TEST(Reshape, FillsInOneDimension) {
  EXPECT_THAT(moved(NEURON_RESHAPE, {2, 3}, {3, 2}, [](Client &c) { return Ids{c.ints({3, -1})}; }),
              ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Reshape, InfersWhatTheModelLeavesOpen) {
  Client client;
  auto x = client.input(f32({2, 3})), between = client.temporary(f32({0, 0}));
  client.operation(NEURON_RESHAPE, {x, client.ints({3, 2})}, {between});
  client.operation(NEURON_TRANSPOSE, {between, client.ints({1, 0})}, {client.output(f32({0, 3}))});
  EXPECT_THAT(client.compute<float>(counted(6)), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(Squeeze, DropsTheDimensionsNamedOrAll) {
  EXPECT_THAT(moved(NEURON_SQUEEZE, {1, 2, 1}, {2, 1}, [](Client &c) { return Ids{c.ints({0})}; }),
              ElementsAre(0, 1));
  // The TFLite delegate names none by an operand that is left out.
  EXPECT_THAT(
      moved(NEURON_SQUEEZE, {1, 2, 1}, {2}, [](Client &c) { return Ids{c.omitted(i32({0}))}; }),
      ElementsAre(0, 1));
  EXPECT_THAT(moved(NEURON_SQUEEZE, {1, 2, 1}, {2}, [](Client &) { return Ids{}; }),
              ElementsAre(0, 1));
}

TEST(ExpandDims, CountsFromEitherEnd) {
  EXPECT_THAT(moved(NEURON_EXPAND_DIMS, {2}, {2, 1}, [](Client &c) { return Ids{c.scalar(-1)}; }),
              ElementsAre(0, 1));
}

TEST(Transpose, ReversesWithoutAPermutation) {
  EXPECT_THAT(moved(NEURON_TRANSPOSE, {2, 3}, {3, 2}, [](Client &) { return Ids{}; }),
              ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(ChannelShuffle, TurnsGroupsIntoColumns) {
  EXPECT_THAT(moved(NEURON_CHANNEL_SHUFFLE, {1, 6}, {1, 6},
                    [](Client &c) { return Ids{c.scalar(2), c.scalar(1)}; }),
              ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(Slice, TakesABox) {
  EXPECT_THAT(moved(NEURON_SLICE, {3, 4}, {2, 2},
                    [](Client &c) { return Ids{c.ints({1, 1}), c.ints({-1, 2})}; }),
              ElementsAre(5, 6, 9, 10));
}

TEST(StridedSlice, StepsBackwardsAndDropsDimensions) {
  EXPECT_THAT(moved(NEURON_STRIDED_SLICE, {3, 4}, {2},
                    [](Client &c) {
                      // Row -1; columns from the last one back to the second, every other one.
                      return Ids{c.ints({-1, 9}), c.ints({0, 0}), c.ints({1, -2}),
                                 c.scalar(0),     c.scalar(0x0),  c.scalar(0x1)};
                    }),
              ElementsAre(11, 9));
  EXPECT_THAT(moved(NEURON_STRIDED_SLICE, {6}, {3},
                    [](Client &c) {
                      return Ids{c.ints({4}),   c.ints({0}),   c.ints({2}),
                                 c.scalar(0x1), c.scalar(0x1), c.scalar(0)};
                    }),
              ElementsAre(0, 2, 4));
}

TEST(Split, MakesEqualPartsAlongANumberOrATensor) {
  for (bool asTensor : {false, true}) { // LiteRT's plugin gives the axis as a tensor
    Client client;
    auto x = client.input(f32({2, 4}));
    auto axis = asTensor ? client.ints({1}) : client.scalar(1);
    client.operation(NEURON_SPLIT, {x, axis, client.scalar(2)},
                     {client.output(f32({2, 2})), client.output(f32({2, 2}))});
    std::vector<Bytes> parts = client.run({bytesOf(counted(8))});
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_THAT(valuesOf<float>(parts[0]), ElementsAre(0, 1, 4, 5));
    EXPECT_THAT(valuesOf<float>(parts[1]), ElementsAre(2, 3, 6, 7));
  }
}

TEST(Concatenation, RequantizesToTheResultsScale) {
  Client client;
  auto a = client.input(u8({1, 2}, 0.5f, 0)), b = client.input(u8({1, 1}, 1.0f, 10));
  client.operation(NEURON_CONCATENATION, {a, b, client.scalar(-1)},
                   {client.output(u8({1, 3}, 0.5f, 2))});
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{4, 6}, std::vector<uint8_t>{13}),
              ElementsAre(6, 8, 8));
}

TEST(Concatenation, JoinsIntegers) {
  Client client;
  auto a = client.input(i32({2})), b = client.input(i32({1}));
  client.operation(NEURON_CONCATENATION, {a, b, client.scalar(0)}, {client.output(i32({3}))});
  EXPECT_THAT(client.compute<int32_t>(std::vector<int32_t>{1, 2}, std::vector<int32_t>{3}),
              ElementsAre(1, 2, 3));
}

TEST(Tile, RepeatsEveryDimension) {
  EXPECT_THAT(moved(NEURON_TILE, {1, 2}, {2, 4}, [](Client &c) { return Ids{c.ints({2, 2})}; }),
              ElementsAre(0, 1, 0, 1, 0, 1, 0, 1));
}

TEST(Fill, MakesConstants) {
  Client client;
  client.operation(NEURON_FILL, {client.ints({2, 2}), client.scalar(1.5f)},
                   {client.output(f32({2, 2}))});
  EXPECT_THAT(client.compute<float>(), ElementsAre(1.5f, 1.5f, 1.5f, 1.5f));
  Client integers;
  integers.operation(NEURON_FILL, {integers.ints({3}), integers.scalar(int32_t(7))},
                     {integers.output(i32({3}))});
  EXPECT_THAT(integers.compute<int32_t>(), ElementsAre(7, 7, 7));
}

TEST(Pad, SurroundsWithRealZero) {
  EXPECT_THAT(
      moved(NEURON_PAD, {2}, {4},
            [](Client &c) { return Ids{c.constant(i32({1, 2}), std::vector<int32_t>{1, 1})}; }),
      ElementsAre(0, 0, 1, 0));
  Client client;
  auto x = client.input(u8({2}, 0.5f, 9));
  client.operation(NEURON_PAD, {x, client.constant(i32({1, 2}), std::vector<int32_t>{1, 0})},
                   {client.output(u8({3}, 0.5f, 9))});
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{1, 2}), ElementsAre(9, 1, 2));
}

TEST(PadV2, SurroundsWithAValueInAnyOfItsForms) {
  auto padded = [](auto addValue) {
    return moved(NEURON_PAD_V2, {2}, {3}, [&](Client &c) {
      return Ids{c.constant(i32({1, 2}), std::vector<int32_t>{0, 1}), addValue(c)};
    });
  };
  EXPECT_THAT(padded([](Client &c) { return c.scalar(-2.5f); }), ElementsAre(0, 1, -2.5f));
  // LiteRT's plugin gives it as a tensor.
  EXPECT_THAT(padded([](Client &c) { return c.constant(f32({1}), Floats{7}); }),
              ElementsAre(0, 1, 7));
  Client client; // a code of the input's quantization
  auto x = client.input(s8({2}, 0.5f, -3));
  client.operation(
      NEURON_PAD_V2,
      {x, client.constant(i32({1, 2}), std::vector<int32_t>{0, 1}), client.scalar(int32_t(-20))},
      {client.output(s8({3}, 0.5f, -3))});
  EXPECT_THAT(client.compute<int8_t>(std::vector<int8_t>{1, 2}), ElementsAre(1, 2, -20));
}

TEST(Blocks, GoBetweenPixelsAndChannels) {
  auto block = [](Client &c) { return Ids{c.scalar(2)}; };
  EXPECT_THAT(moved(NEURON_SPACE_TO_DEPTH, {1, 2, 4, 1}, {1, 1, 2, 4}, block),
              ElementsAre(0, 1, 4, 5, 2, 3, 6, 7));
  EXPECT_THAT(moved(NEURON_DEPTH_TO_SPACE, {1, 1, 2, 4}, {1, 2, 4, 1}, block),
              ElementsAre(0, 1, 4, 5, 2, 3, 6, 7));
}

TEST(Blocks, GoBetweenPixelsAndBatches) {
  EXPECT_THAT(moved(NEURON_SPACE_TO_BATCH_ND, {1, 2, 2, 1}, {4, 1, 1, 1},
                    [](Client &c) {
                      return Ids{c.ints({2, 2}),
                                 c.constant(i32({2, 2}), std::vector<int32_t>{0, 0, 0, 0})};
                    }),
              ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(moved(NEURON_SPACE_TO_BATCH_ND, {1, 1, 3, 1}, {2, 1, 2, 1},
                    [](Client &c) {
                      return Ids{c.ints({1, 2}),
                                 c.constant(i32({2, 2}), std::vector<int32_t>{0, 0, 1, 0})};
                    }),
              ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(moved(NEURON_BATCH_TO_SPACE_ND, {4, 1, 1, 2}, {1, 2, 2, 2},
                    [](Client &c) { return Ids{c.ints({2, 2})}; }),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

struct Resize {
  int32_t operation;
  const char *op;
};

TEST(Resize, TakesWidthBeforeHeight) {
  for (const Resize &resize : {Resize{NEURON_RESIZE_BILINEAR, "resize_bilinear"},
                               Resize{NEURON_RESIZE_NEAREST_NEIGHBOR, "resize_nearest"}}) {
    Floats image = counted(6);
    EXPECT_THAT(moved(resize.operation, {1, 2, 3, 1}, {1, 3, 5, 1},
                      [](Client &c) {
                        return Ids{c.scalar(5), c.scalar(3), c.flag(false), c.flag(false),
                                   c.flag(true)};
                      }),
                IsCloseTo(OpRunner(resize.op)
                              .operand<float>({1, 2, 3, 1}, image)
                              .result<float>({1, 3, 5, 1})
                              .integers("size", {3, 5})
                              .integers("half_pixel_centers", {1})
                              .values<float>()));
  }
}

TEST(Resize, TakesFactorsToo) {
  EXPECT_THAT(moved(NEURON_RESIZE_NEAREST_NEIGHBOR, {1, 1, 2, 1}, {1, 1, 4, 1},
                    [](Client &c) { return Ids{c.scalar(2.0f), c.scalar(1.0f), c.flag(false)}; }),
              ElementsAre(0, 0, 1, 1));
}

TEST(Resize, SeesFromTheResultWhenHeightComesFirst) {
  // As LiteRT's plugin sends it.
  EXPECT_THAT(moved(NEURON_RESIZE_BILINEAR, {1, 1, 2, 1}, {1, 1, 4, 1},
                    [](Client &c) { return Ids{c.scalar(1), c.scalar(4)}; }),
              ElementsAre(0, 0.5f, 1, 1));
}

TEST(General, UnpacksReversesAndMirrors) {
  {
    Client client;
    auto x = client.input(f32({2, 3}));
    client.named("unpackmtk", {x, client.scalar(int32_t(0))},
                 {client.output(f32({3})), client.output(f32({3}))});
    std::vector<Bytes> rows = client.run({bytesOf(counted(6))});
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_THAT(valuesOf<float>(rows[1]), ElementsAre(3, 4, 5));
  }
  {
    Client client;
    auto x = client.input(f32({2, 3}));
    client.named("reversemtk", {x, client.ints({1})}, {client.output(f32({2, 3}))});
    EXPECT_THAT(client.compute<float>(counted(6)), ElementsAre(2, 1, 0, 5, 4, 3));
  }
  for (int32_t mode : {1, 2}) {
    Client client;
    auto x = client.input(f32({3}));
    auto borders = client.constant(i32({1, 2}), std::vector<int32_t>{2, 1});
    client.named("mirrorpadmtk", {x, borders, client.scalar(mode)}, {client.output(f32({6}))});
    Floats expected = mode == 1 ? Floats{2, 1, 0, 1, 2, 1} : Floats{1, 0, 0, 1, 2, 2};
    EXPECT_THAT(client.compute<float>(counted(3)), ElementsAreArray(expected));
  }
}

} // namespace
} // namespace tandem::neuron::test
