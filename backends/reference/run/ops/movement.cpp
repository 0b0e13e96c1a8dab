// Elements that change their places: reshape, transpose, slice, pad, space_to_depth,
// depth_to_space.
#include "backends/reference/run/elements.h"

#include <cstring>

namespace tandem::reference {
namespace {

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
