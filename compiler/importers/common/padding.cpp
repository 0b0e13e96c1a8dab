#include "compiler/importers/common/padding.h"

#include "compiler/importers/common/pieces.h"

#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {

namespace {
/// What negative entries leave of the tensor.
MaybeValue crop(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> sizes(shapeOf(*x)), begins(sizes.size(), 0), strides(sizes.size(), 1);
  for (size_t d = 0; d < sizes.size(); ++d) {
    constexpr int64_t kMost = int64_t(1) << 32; // keeps what a hostile file says in range
    if (std::max(std::abs(low[d]), std::abs(high[d])) > kMost)
      return build.error() << "pads of " << low[d] << " and " << high[d];
    int64_t before = -std::min<int64_t>(low[d], 0), behind = -std::min<int64_t>(high[d], 0);
    if (before > sizes[d] || behind > sizes[d] - before)
      return build.error() << "pads of " << low[d] << " and " << high[d] << " for a dimension of "
                           << sizes[d];
    begins[d] = before;
    sizes[d] -= before + behind;
  }
  if (ArrayRef(sizes) == shapeOf(*x))
    return x;
  return build.create<graph::SliceOp>(x, begins, sizes, strides);
}

SmallVector<int64_t> notNegative(ArrayRef<int64_t> pads) {
  return SmallVector<int64_t>(
      llvm::map_range(pads, [](int64_t pad) { return std::max<int64_t>(pad, 0); }));
}

int64_t modulo(int64_t at, int64_t period) {
  return ((at % period) + period) % period;
}

/// Which element of the dimension stands `at` places from its begin, which may be outside.
int64_t placeOf(int64_t at, int64_t size, Continuation how) {
  if (how == Continuation::kEdge)
    return std::clamp<int64_t>(at, 0, size - 1);
  if (how == Continuation::kWrap)
    return modulo(at, size);
  if (size == 1)
    return 0;
  int64_t rest = modulo(at, 2 * (size - 1));
  return rest < size ? rest : 2 * (size - 1) - rest;
}
} // namespace

MaybeValue padOrCrop(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> low,
                     ArrayRef<int64_t> high, double value) {
  MaybeValue inner = crop(build, x, low, high);
  return build.create<graph::PadOp>(inner, notNegative(low), notNegative(high),
                                    llvm::APFloat(static_cast<float>(value)));
}

MaybeValue padWithin(NodeBuilder &build, MaybeValue x, ArrayRef<int64_t> low,
                     ArrayRef<int64_t> high, Continuation how) {
  MaybeValue result = crop(build, x, low, high);
  if (failed(result))
    return failure();
  SmallVector<int64_t> before = notNegative(low), behind = notNegative(high);
  // Where a mirror suffices the graph has an op for it.
  bool fits = how == Continuation::kReflect;
  for (auto [d, size] : llvm::enumerate(shapeOf(*result)))
    fits = fits && std::max(before[d], behind[d]) < size;
  if (fits)
    return build.create<graph::MirrorPadOp>(result, before, behind, /*symmetric=*/false);
  for (size_t d = 0; d < before.size(); ++d) {
    if (failed(result) || (before[d] == 0 && behind[d] == 0))
      continue;
    int64_t size = shapeOf(*result)[d];
    if (size == 0 || before[d] > NodeBuilder::kMaxFill || behind[d] > NodeBuilder::kMaxFill ||
        size > NodeBuilder::kMaxFill)
      return build.error() << "pads of " << before[d] << " and " << behind[d]
                           << " for a dimension of " << size;
    SmallVector<int64_t> places;
    for (int64_t at = -before[d]; at < size + behind[d]; ++at)
      places.push_back(placeOf(at, size, how));
    result = pickAlong(build, result, static_cast<int64_t>(d), places);
  }
  return result;
}

MaybeValue spreadAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t gap, double value) {
  if (failed(x) || gap == 0 || shapeOf(*x)[axis] == 0)
    return x;
  SmallVector<int64_t> shape(shapeOf(*x)), apart(shape);
  if (gap < 0 || gap >= kMaxElements / shape[axis])
    return build.error() << "gaps of " << gap << " in a dimension of " << shape[axis];
  apart.insert(apart.begin() + axis + 1, 1);
  SmallVector<int64_t> low(apart.size(), 0), high(low);
  high[axis + 1] = gap;
  MaybeValue gaps = build.create<graph::PadOp>(build.reshape(x, apart), low, high,
                                               llvm::APFloat(static_cast<float>(value)));
  int64_t last = shape[axis] * (gap + 1);
  shape[axis] = last;
  return sliceAlong(build, build.reshape(gaps, shape), axis, 0, last - gap);
}

} // namespace tandem
