// Products: of groups of channels, transposed, depthwise with several results per channel, hybrid,
// and of matrices. Those that random_case.h has are not here again.

#include "backends/cpu/test/random_ops.h"

namespace tandem::test {
namespace {

int axisOfScales(RandomModule &m, const std::string &type, int axis) {
  return (type == "i8" || type == "hybrid") && m.once(2) ? axis : -1;
}
Types typesOfProduct(const std::string &type, int64_t products) {
  return type == "hybrid" ? Types{{"f32"}, {"i8", 0.02f}, {"f32"}} : typesOf(type, products);
}
std::string biasOfProduct(RandomModule &m, const std::string &type, int64_t count) {
  return m.text.bias(count, type == "legacy" || type == "few" ? "u8" : type);
}

/// A product of an image by a filter, with a bias or without one.
std::string product(RandomModule &m, const std::string &op, const std::string &type,
                    const Types &types, const Shape &in, const Shape &filter, int axis,
                    const std::string &attributes, const Shape &out) {
  std::vector<std::string> operands = {
      m.operand(in, types.input), m.text.filter(filter, types.filter, axisOfScales(m, type, axis))};
  if (!m.once(4))
    operands.push_back(biasOfProduct(m, type, out.back()));
  return m.finish(op, operands, attributes + m.activation(), out, types.result);
}

std::string groupedConvolution(RandomModule &m, const std::string &type) {
  RandomWindow w(m);
  int64_t groups = m.any<int64_t>({2, 2, 3, 4, 8}), in = m.any<int64_t>({1, 2, 3, 4, 5, 8, 16});
  int64_t out = groups * m.any<int64_t>({1, 2, 5, 8, 12, 16, 20}), batch = m.any<int64_t>({1, 2});
  return product(m, "conv_2d", type, typesOfProduct(type, w.kernel[0] * w.kernel[1] * in),
                 {batch, w.in[0], w.in[1], groups * in}, {out, w.kernel[0], w.kernel[1], in}, 0,
                 w.text + "groups " + std::to_string(groups), {batch, w.out[0], w.out[1], out});
}
std::string grouped(RandomModule &m) {
  return groupedConvolution(m, m.type({"f32", "f32", "i8", "u8", "legacy", "few"}));
}

/// Of a sequence along the width or the height, some with more taps than there is code for.
struct RandomSequence {
  explicit RandomSequence(RandomModule &m, bool mayBeWide) : isUpright(m.once(2)) {
    bool isWide = mayBeWide && m.once(2);
    kernel = isWide ? m.number(65, 90) : m.number(2, 12);
    int64_t stride = m.number(1, 4), dilation = m.any<int64_t>({1, 1, 2});
    int64_t low = isWide ? 0 : m.number(0, kernel - 1), high = isWide ? 0 : m.number(0, kernel - 1);
    int64_t reach = (kernel - 1) * dilation + 1;
    in = reach + m.number(0, 50);
    out = (in + low + high - reach) / stride + 1;
    auto pair = [&](const char *name, int64_t value, int64_t other) {
      const int64_t both[2] = {isUpright ? value : other, isUpright ? other : value};
      return pairText(name, both);
    };
    text = pair("stride", stride, 1) + pair("dilation", dilation, 1) + pair("pad_low", low, 0) +
           pair("pad_high", high, 0);
  }
  Shape shape(int64_t first, int64_t length, int64_t last) const {
    return isUpright ? Shape{first, length, 1, last} : Shape{first, 1, length, last};
  }

  bool isUpright;
  int64_t kernel, in, out;
  std::string text;
};

std::string sequence(RandomModule &m) {
  std::string type = m.type({"f32", "f32", "f32", "i8", "u8"});
  RandomSequence s(m, type == "f32");
  int64_t groups = m.any<int64_t>({1, 1, 1, 2}), in = m.any<int64_t>({1, 2, 3, 8, 17});
  int64_t out = groups * m.any<int64_t>({1, 5, 8, 20, 40}), batch = m.any<int64_t>({1, 1, 2});
  return product(m, "conv_2d", type, typesOfProduct(type, s.kernel * in),
                 s.shape(batch, s.in, groups * in), s.shape(out, s.kernel, in), 0,
                 s.text + "groups " + std::to_string(groups), s.shape(batch, s.out, out));
}
std::string depthwiseSequence(RandomModule &m) {
  std::string type = m.type({"f32", "f32", "i8", "u8"});
  RandomSequence s(m, /*mayBeWide=*/false);
  int64_t channels = m.any<int64_t>({1, 3, 8, 16, 40}), batch = m.any<int64_t>({1, 1, 2});
  return product(m, "depthwise_conv_2d", type, typesOfProduct(type, s.kernel),
                 s.shape(batch, s.in, channels), s.shape(1, s.kernel, channels), 3, s.text,
                 s.shape(batch, s.out, channels));
}

std::string transposed(RandomModule &m) {
  std::string type = m.type({"f32", "f32", "i8", "u8", "legacy"});
  int64_t in[2], kernel[2], stride[2], low[2], high[2], out[2];
  for (int axis : {0, 1}) {
    in[axis] = m.number(1, 9);
    kernel[axis] = m.number(1, 5);
    stride[axis] = m.number(1, 3);
    int64_t whole = (in[axis] - 1) * stride[axis] + kernel[axis];
    low[axis] = m.number(0, std::min(kernel[axis], whole - 1));
    high[axis] = m.number(0, std::min(kernel[axis], whole - 1 - low[axis]));
    out[axis] = whole - low[axis] - high[axis];
  }
  int64_t channels = m.channels(), filters = m.channels(), batch = m.any<int64_t>({1, 1, 2});
  return product(m, "transpose_conv_2d", type,
                 typesOfProduct(type, kernel[0] * kernel[1] * channels),
                 {batch, in[0], in[1], channels}, {filters, kernel[0], kernel[1], channels}, 0,
                 pairText("stride", stride) + pairText("pad_low", low) + pairText("pad_high", high),
                 {batch, out[0], out[1], filters});
}

std::string depthwiseOf(RandomModule &m, const std::string &type) {
  RandomWindow w(m);
  int64_t channels = m.any<int64_t>({1, 2, 3, 5, 8, 13, 16, 24, 40});
  int64_t filters = channels * m.any<int64_t>({1, 2, 2, 3, 4, 8}), batch = m.any<int64_t>({1, 2});
  return product(m, "depthwise_conv_2d", type, typesOfProduct(type, 9),
                 {batch, w.in[0], w.in[1], channels}, {1, w.kernel[0], w.kernel[1], filters}, 3,
                 w.text, {batch, w.out[0], w.out[1], filters});
}
std::string depthwise(RandomModule &m) {
  return depthwiseOf(m, m.type({"f32", "i8", "u8", "legacy", "few"}));
}

std::string hybridConvolution(RandomModule &m) {
  if (m.once(3))
    return groupedConvolution(m, "hybrid");
  RandomWindow w(m);
  int64_t in = m.channels(), out = m.channels(), batch = m.any<int64_t>({1, 2});
  return product(m, "conv_2d", "hybrid", typesOfProduct("hybrid", 0), {batch, w.in[0], w.in[1], in},
                 {out, w.kernel[0], w.kernel[1], in}, 0, w.text + "groups 1",
                 {batch, w.out[0], w.out[1], out});
}
std::string hybridDepthwise(RandomModule &m) {
  return depthwiseOf(m, "hybrid");
}
std::string hybridMatrix(RandomModule &m) {
  int64_t rows = m.any<int64_t>({1, 1, 5, 20}), in = m.number(1, 150), out = m.number(1, 80);
  return product(m, "fully_connected", "hybrid", typesOfProduct("hybrid", 0), {rows, in}, {out, in},
                 0, "", {rows, out});
}

/// Weights that the model computes: a step packs them.
std::string computedWeights(RandomModule &m) {
  const Element f32{"f32"};
  if (m.once(2)) {
    int64_t rows = m.any<int64_t>({1, 6, 17}), in = m.number(1, 70), out = m.number(1, 70);
    return m.finish("fully_connected", {m.operand({rows, in}, f32), m.operand({out, in}, f32)},
                    m.activation(), {rows, out}, f32);
  }
  RandomWindow w(m);
  int64_t in = m.channels(), out = m.channels();
  Shape filter = {out, w.kernel[0], w.kernel[1], in};
  return m.finish("conv_2d", {m.operand({1, w.in[0], w.in[1], in}, f32), m.operand(filter, f32)},
                  w.text + "groups 1" + m.activation(), {1, w.out[0], w.out[1], out}, f32);
}

/// Batches of one matrix as importers make them of several: repeated.
std::string batchMatmul(RandomModule &m) {
  const Element f32{"f32"};
  int64_t rows = m.number(1, 20), inner = m.number(1, 40), columns = m.number(1, 40);
  bool turnsLhs = m.once(2), turnsRhs = m.once(2);
  Shape batches = {m.number(1, 4)};
  if (m.once(3))
    batches.push_back(m.number(1, 3));
  auto with = [&](int64_t a, int64_t b, bool turned) {
    Shape shape = batches;
    shape.push_back(turned ? b : a);
    shape.push_back(turned ? a : b);
    return shape;
  };
  Shape lhs = with(rows, inner, turnsLhs), rhs = with(inner, columns, turnsRhs);
  std::string right;
  if (m.once(3)) {
    right = m.text.constant(rhs, f32);
  } else if (m.once(3)) {
    Shape one = rhs, multiples(rhs.size(), 1);
    std::swap(one[0], multiples[0]);
    right = m.text.apply("tile", {m.operand(one, f32)}, "multiples " + listText(multiples),
                         tensorText(rhs, f32));
  } else {
    right = m.operand(rhs, f32);
  }
  return m.finish("batch_matmul", {m.operand(lhs, f32), right},
                  std::string(turnsLhs ? "transpose_lhs " : "") + (turnsRhs ? "transpose_rhs" : ""),
                  with(rows, columns, false), f32);
}

} // namespace

void addRandomProducts(std::vector<RandomOp> &ops) {
  ops.push_back({.name = "grouped_conv_2d", .text = grouped, .seeds = 12, .isIn16Bits = true});
  ops.push_back({.name = "conv_2d_of_sequence", .text = sequence, .seeds = 30, .isIn16Bits = true});
  ops.push_back({.name = "depthwise_of_sequence",
                 .text = depthwiseSequence,
                 .seeds = 20,
                 .isIn16Bits = true});
  ops.push_back({.name = "transpose_conv_2d", .text = transposed, .seeds = 20, .isIn16Bits = true});
  ops.push_back({.name = "depthwise_conv_2d", .text = depthwise, .seeds = 20, .isIn16Bits = true});
  // Hybrid sums are of integers, in whatever order, and scaled back in one order only.
  ops.push_back({.name = "hybrid_conv_2d", .text = hybridConvolution, .seeds = 10, .tolerance = 0});
  ops.push_back(
      {.name = "hybrid_depthwise_conv_2d", .text = hybridDepthwise, .seeds = 10, .tolerance = 0});
  ops.push_back(
      {.name = "hybrid_fully_connected", .text = hybridMatrix, .seeds = 10, .tolerance = 0});
  ops.push_back(
      {.name = "computed_weights", .text = computedWeights, .seeds = 8, .isIn16Bits = true});
  ops.push_back({.name = "batch_matmul", .text = batchMatmul, .seeds = 12, .isIn16Bits = true});
}

} // namespace tandem::test
