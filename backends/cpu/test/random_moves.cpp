// Ops that move elements, and add none but zeros.

#include "backends/cpu/test/random_ops.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace tandem::test {
namespace {

/// Copies take elements of any type.
Element anyElement(RandomModule &m) {
  return m.element(m.type({"f32", "f32", "i8", "u8", "i32", "i64", "i16", "i1"}));
}

/// One number for each dimension.
std::vector<int64_t> each(const Shape &shape, const std::function<int64_t(int64_t size)> &choose) {
  std::vector<int64_t> values;
  for (int64_t size : shape)
    values.push_back(choose(size));
  return values;
}

std::string transpose(RandomModule &m) {
  Element element = anyElement(m);
  Shape in = m.shape(1, 5), out;
  std::vector<int64_t> permutation(in.size());
  std::iota(permutation.begin(), permutation.end(), 0);
  for (size_t i = permutation.size(); i-- > 1;)
    std::swap(permutation[i],
              permutation[static_cast<size_t>(m.number(0, static_cast<int64_t>(i)))]);
  for (int64_t from : permutation)
    out.push_back(in[static_cast<size_t>(from)]);
  return m.finish("transpose", {m.operand(in, element)}, "permutation " + listText(permutation),
                  out, element);
}

/// Strides of all signs: with -1 and the whole dimension it is reversed.
std::string slice(RandomModule &m) {
  Element element = anyElement(m);
  Shape in = m.shape(1, 5), out;
  std::vector<int64_t> begin, strides;
  for (int64_t size : in) {
    int64_t stride = m.any<int64_t>({1, 1, 1, 2, 3, -1, -2});
    int64_t first = m.once(3) ? (stride > 0 ? 0 : size - 1) : m.number(0, size - 1);
    int64_t most = stride > 0 ? (size - 1 - first) / stride + 1 : first / -stride + 1;
    begin.push_back(first);
    strides.push_back(stride);
    out.push_back(m.once(2) ? most : m.number(1, most));
  }
  return m.finish("slice", {m.operand(in, element)},
                  "begin " + listText(begin) + " size " + listText(out) + " strides " +
                      listText(strides),
                  out, element);
}

std::string padded(RandomModule &m, const std::string &op, const std::string &attributes,
                   const std::function<int64_t(int64_t size)> &most, const Element &element) {
  Shape in = m.shape(1, 4, 600), out = in;
  auto choose = [&](int64_t size) { return m.once(3) ? 0 : m.number(0, most(size)); };
  std::vector<int64_t> low = each(in, choose), high = each(in, choose);
  for (size_t d = 0; d < in.size(); ++d)
    out[d] += low[d] + high[d];
  return m.finish(op, {m.operand(in, element)},
                  "low " + listText(low) + " high " + listText(high) + attributes, out, element);
}
std::string pad(RandomModule &m) {
  Element element = m.element(m.type({"f32", "f32", "i8", "u8", "i32"}));
  return padded(
      m, "pad", m.any({"", " value 2.0", " value -3.0"}), [](int64_t) { return 4; }, element);
}
std::string mirrorPad(RandomModule &m) {
  bool isSymmetric = m.once(2);
  return padded(
      m, "mirror_pad", isSymmetric ? " symmetric" : "",
      [=](int64_t size) { return std::min<int64_t>(5, isSymmetric ? size : size - 1); },
      anyElement(m));
}

std::string tile(RandomModule &m) {
  Element element = anyElement(m);
  Shape in = m.shape(1, 4, 300), out = in;
  std::vector<int64_t> multiples = each(in, [&](int64_t) { return m.any<int64_t>({1, 1, 2, 3}); });
  for (size_t d = 0; d < in.size(); ++d)
    out[d] *= multiples[d];
  return m.finish("tile", {m.operand(in, element)}, "multiples " + listText(multiples), out,
                  element);
}

/// Indices that the model computes, from -3 to 28.
std::string computedIndices(RandomModule &m, const Shape &shape) {
  std::string narrow =
      m.text.apply("bitwise_and", {m.text.argument(shape, {"i32"}), m.text.integers({}, {31})}, "",
                   tensorText(shape, {"i32"}));
  return m.text.apply("sub", {narrow, m.text.integers({}, {3})}, "", tensorText(shape, {"i32"}));
}

/// By constant indices, or by ones that the model computes, some outside.
std::string gather(RandomModule &m) {
  Element element = anyElement(m);
  Shape in = m.shape(1, 4, 600), indices = each(Shape(static_cast<size_t>(m.number(0, 2))),
                                                [&](int64_t) { return m.number(1, 6); });
  int64_t axis = m.axisOf(in);
  std::string chosen;
  if (m.once(2)) {
    std::vector<int32_t> values(static_cast<size_t>(*elementCount(indices)));
    for (int32_t &value : values)
      value = static_cast<int32_t>(m.number(0, in[static_cast<size_t>(axis)] - 1));
    chosen = m.text.integers(indices, values);
  } else {
    chosen = computedIndices(m, indices);
  }
  Shape out(in.begin(), in.begin() + axis);
  out.insert(out.end(), indices.begin(), indices.end());
  out.insert(out.end(), in.begin() + axis + 1, in.end());
  return m.finish("gather", {m.operand(in, element), chosen}, "axis " + std::to_string(axis), out,
                  element);
}

/// To places that the model computes, some outside and some met twice.
std::string scatter(RandomModule &m) {
  std::string reduction = m.inTurn<std::string>({"none", "add", "none", "mul", "min", "max"});
  Element element = reduction == "none" ? anyElement(m) : m.element(m.type({"f32", "f32", "i32"}));
  Shape into = m.shape(1, 4, 600), rows = {m.number(1, 12)};
  auto depth = m.number(1, static_cast<int64_t>(into.size()));
  Shape indices = rows, updates = rows;
  indices.push_back(depth);
  updates.insert(updates.end(), into.begin() + depth, into.end());
  return m.finish(
      "scatter",
      {m.operand(into, element), computedIndices(m, indices), m.operand(updates, element)},
      reduction == "none" ? "" : "reduction " + reduction, into, element);
}

/// Codes of several scales are rescaled on the way.
std::string concat(RandomModule &m) {
  Element element = anyElement(m);
  Shape out = m.shape(1, 4, 600);
  int64_t axis = m.axisOf(out);
  int64_t &whole = out[static_cast<size_t>(axis)];
  whole = 0;
  std::vector<std::string> operands;
  for (int64_t count = m.number(1, 5); count > 0; --count) {
    Shape part = out;
    part[static_cast<size_t>(axis)] = m.number(1, 9);
    whole += part[static_cast<size_t>(axis)];
    operands.push_back(m.operand(part, m.once(2) ? element : m.element(element.kind)));
  }
  return m.finish("concat", operands, "axis " + std::to_string(axis), out, element);
}

std::string depthBlocks(RandomModule &m) {
  Element element = anyElement(m);
  int64_t block = m.number(1, 4), batch = m.any<int64_t>({1, 2});
  int64_t height = m.number(1, 5), width = m.number(1, 5), channels = m.number(1, 9);
  Shape wide = {batch, height * block, width * block, channels};
  Shape deep = {batch, height, width, channels * block * block};
  bool toDepth = m.once(2);
  return m.finish(toDepth ? "space_to_depth" : "depth_to_space",
                  {m.operand(toDepth ? wide : deep, element)}, "block " + std::to_string(block),
                  toDepth ? deep : wide, element);
}

std::string batchBlocks(RandomModule &m) {
  Element element = m.element(m.any({"f32", "f32", "i8", "u8", "i32"}));
  int64_t block[2], low[2], high[2], small[2], wide[2];
  for (int axis : {0, 1}) {
    block[axis] = m.number(1, 3);
    small[axis] = m.number(1, 5);
    int64_t whole = block[axis] * small[axis];
    low[axis] = m.once(2) ? 0 : m.number(0, std::min<int64_t>(3, whole - 1));
    high[axis] = m.once(2) ? 0 : m.number(0, std::min<int64_t>(3, whole - 1 - low[axis]));
    wide[axis] = whole - low[axis] - high[axis];
  }
  int64_t batch = m.any<int64_t>({1, 2}), channels = m.number(1, 20);
  Shape image = {batch, wide[0], wide[1], channels};
  Shape blocks = {batch * block[0] * block[1], small[0], small[1], channels};
  if (m.once(2))
    return m.finish("space_to_batch", {m.operand(image, element)},
                    pairText("block", block) + pairText("pad_low", low) +
                        pairText("pad_high", high),
                    blocks, element);
  return m.finish("batch_to_space", {m.operand(blocks, element)},
                  pairText("block", block) + pairText("crop_low", low) +
                      pairText("crop_high", high),
                  image, element);
}

} // namespace

void addRandomMoves(std::vector<RandomOp> &ops) {
  ops.push_back({.name = "transpose", .text = transpose, .seeds = 18, .isIn16Bits = true});
  ops.push_back({.name = "slice", .text = slice, .seeds = 24, .isIn16Bits = true});
  ops.push_back({.name = "pad", .text = pad, .seeds = 14, .isIn16Bits = true});
  ops.push_back({.name = "mirror_pad", .text = mirrorPad, .seeds = 12});
  ops.push_back({.name = "tile", .text = tile, .seeds = 16});
  ops.push_back({.name = "gather", .text = gather, .seeds = 16});
  ops.push_back({.name = "scatter", .text = scatter, .seeds = 24});
  ops.push_back({.name = "concat", .text = concat, .seeds = 16, .isIn16Bits = true});
  ops.push_back({.name = "depth_blocks", .text = depthBlocks, .seeds = 12, .isIn16Bits = true});
  ops.push_back({.name = "batch_blocks", .text = batchBlocks, .seeds = 12});
}

} // namespace tandem::test
