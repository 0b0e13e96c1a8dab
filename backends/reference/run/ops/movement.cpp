// Elements that change their places: reshape, transpose, slice, pad, space_to_depth,
// depth_to_space.
#include "backends/reference/run/op.h"
#include "backends/reference/run/walk.h"

#include <bit>
#include <cstring>
#include <limits>

namespace tandem::reference {
namespace {

/// Copies elements of any type: for every index of `shape` the one at `from` (a start and steps in
/// the input) to the one at `to` in the result.
struct Places {
  int64_t start = 0;
  Steps steps;
};
template <typename T> Kernel copyElements(const Op &op, Shape shape, Places from, Places to) {
  return [=, x = op.operand(0).as<const T>() + from.start, y = op.result().as<T>() + to.start] {
    walk<2>(shape, {from.steps, to.steps}, [&](const auto &at) { y[at[1]] = x[at[0]]; });
  };
}
Kernel copyPlaces(const Op &op, const Shape &shape, const Places &from, const Places &to) {
  switch (elementSize(op.result().type)) {
  case 1:
    return copyElements<uint8_t>(op, shape, from, to);
  case 2:
    return copyElements<uint16_t>(op, shape, from, to);
  case 4:
    return copyElements<uint32_t>(op, shape, from, to);
  default:
    return copyElements<uint64_t>(op, shape, from, to);
  }
}

Result<Kernel> prepareReshape(const Op &op) {
  if (op.operand(0).count() != op.result().count())
    return op.wrongShape();
  size_t bytes = static_cast<size_t>(op.result().count()) * elementSize(op.result().type);
  return Kernel([=, x = op.operand(0).data, y = op.result().data] { std::memmove(y, x, bytes); });
}

Result<Kernel> prepareTranspose(const Op &op) {
  const Shape &in = op.operand(0).shape, &out = op.result().shape;
  TANDEM_ASSIGN_OR_RETURN(
      std::vector<int64_t> permutation,
      op.integers("permutation", in.size(), 0, static_cast<int64_t>(in.size()) - 1));
  Steps own = rowMajorSteps(in), steps;
  Shape expected;
  std::vector<bool> seen(in.size(), false);
  for (int64_t from : permutation) {
    if (seen[from])
      return op.error("its permutation has dimension ", from, " twice");
    seen[from] = true;
    steps.push_back(own[from]);
    expected.push_back(in[from]);
  }
  if (out != expected)
    return op.wrongShape();
  return copyPlaces(op, out, {0, steps}, {0, rowMajorSteps(out)});
}

Result<Kernel> prepareSlice(const Op &op) {
  const Shape &in = op.operand(0).shape, &out = op.result().shape;
  if (in.size() != out.size())
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(auto begin, op.integers("begin", in.size(), 0, INT64_MAX));
  TANDEM_ASSIGN_OR_RETURN(auto strides, op.integers("strides", in.size(), INT32_MIN, INT32_MAX));
  Steps own = rowMajorSteps(in);
  Places from;
  for (size_t d = 0; d < in.size(); ++d) {
    __int128 last = begin[d] + __int128(out[d] - 1) * strides[d];
    if (begin[d] >= in[d] || last < 0 || last >= in[d])
      return op.error("it takes elements ", begin[d], " to ", static_cast<int64_t>(last),
                      " of dimension ", d, ", which has ", in[d]);
    from.start += begin[d] * own[d];
    from.steps.push_back(own[d] * strides[d]);
  }
  return copyPlaces(op, out, from, {0, rowMajorSteps(out)});
}

/// One element of the result's type that stands for `value`, as bytes.
std::array<std::byte, 8> elementOf(const Tensor &tensor, float value) {
  std::array<std::byte, 8> bytes = {};
  auto put = [&](auto element) { std::memcpy(bytes.data(), &element, sizeof element); };
  if (tensor.isCodes()) { // little-endian: the lower bytes are the code in fewer bits
    put(quantizeReal(value, tensor.type, tensor.scale(), tensor.zeroPoint()));
    return bytes;
  }
  switch (tensor.type) {
  case ElementType::kF32:
    put(value);
    break;
  case ElementType::kF16:
    put(floatToHalf(value));
    break;
  case ElementType::kBF16:
    put(static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16));
    break;
  default: // clamped first: a float beyond the integer would not be defined
    put(static_cast<int64_t>(std::min(std::max(double(value), -0x1p62), 0x1p62)));
  }
  return bytes;
}

Result<Kernel> preparePad(const Op &op) {
  const Shape &in = op.operand(0).shape, &out = op.result().shape;
  TANDEM_ASSIGN_OR_RETURN(auto low, op.integers("low", in.size(), 0, INT32_MAX));
  TANDEM_ASSIGN_OR_RETURN(auto high, op.integers("high", in.size(), 0, INT32_MAX));
  TANDEM_ASSIGN_OR_RETURN(float value, op.real("value", 0.0f));
  Shape expected = in;
  Places to = {0, rowMajorSteps(out)};
  for (size_t d = 0; d < in.size(); ++d)
    expected[d] += low[d] + high[d];
  if (out != expected)
    return op.wrongShape();
  for (size_t d = 0; d < in.size(); ++d)
    to.start += low[d] * to.steps[d];
  size_t size = elementSize(op.result().type);
  Kernel copy = copyPlaces(op, in, {0, rowMajorSteps(in)}, to);
  return Kernel([=, element = elementOf(op.result(), value), count = op.result().count(),
                 y = op.result().data] {
    for (int64_t i = 0; i < count; ++i)
      std::memcpy(y + i * size, element.data(), size);
    copy();
  });
}

/// The block op as a copy between [N, H, block, W, block, C] and [N, H, W, block, block, C], where
/// H, W and C are those of the deep tensor's pixels and of the wide one's channels.
Result<Kernel> prepareBlocks(const Op &op, const Shape &wide, const Shape &deep, bool toDepth) {
  if (wide.size() != 4 || deep.size() != 4)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(int64_t block, op.integer("block", 1, INT16_MAX));
  int64_t height = deep[kHeight], width = deep[kWidth], channels = wide[kChannel];
  if (wide[kBatch] != deep[kBatch] || wide[kHeight] != height * block ||
      wide[kWidth] != width * block || deep[kChannel] != channels * block * block)
    return op.wrongShape();
  Shape shape = {deep[kBatch], height, width, block, block, channels};
  Steps deepSteps = rowMajorSteps(shape);
  int64_t row = width * block * channels;
  Steps wideSteps = {height * block * row, block * row, block * channels, row, channels, 1};
  return toDepth ? copyPlaces(op, shape, {0, wideSteps}, {0, deepSteps})
                 : copyPlaces(op, shape, {0, deepSteps}, {0, wideSteps});
}
Result<Kernel> prepareSpaceToDepth(const Op &op) {
  return prepareBlocks(op, op.operand(0).shape, op.result().shape, true);
}
Result<Kernel> prepareDepthToSpace(const Op &op) {
  return prepareBlocks(op, op.result().shape, op.operand(0).shape, false);
}
} // namespace

void registerMovement(KernelTable &table) {
  table.add("reshape", prepareReshape);
  table.add("transpose", prepareTranspose);
  table.add("slice", prepareSlice);
  table.add("pad", preparePad);
  table.add("space_to_depth", prepareSpaceToDepth);
  table.add("depth_to_space", prepareDepthToSpace);
}

} // namespace tandem::reference
