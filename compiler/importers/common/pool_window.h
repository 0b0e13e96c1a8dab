#pragma once

#include "compiler/importers/common/node_builder.h"

#include <array>

namespace tandem {

/// What slides over an image, as (height, width), of frameworks whose pools may be rounded up.
struct PoolWindow {
  using Pair = std::array<int64_t, 2>;
  Pair size = {1, 1}, stride = {1, 1}, low = {0, 0}, high = {0, 0};
  Pair past = {0, 0}; ///< how far the last window of roundUp() reaches past image and padding

  bool isPadded() const { return low != Pair{0, 0} || high != Pair{0, 0}; }
};

/// Pads (before, after) of "SAME", which gives ceil(input / stride) results; the odd one is behind.
/// Sizes, strides and dilations are positive; nothing where it comes out beyond 2^31.
std::optional<std::pair<int64_t, int64_t>> samePadding(int64_t input, int64_t kernel,
                                                       int64_t stride, int64_t dilation);

/// With "ceil_mode" a last window that starts inside the padded image and ends past it counts as
/// well. One that starts in the padding does not, for which `high` may shrink. `image` is height
/// and width; sizes are positive and below 2^31.
void roundUp(PoolWindow &window, std::array<int64_t, 2> image);

/// The largest of each window of an NHWC image, padding left out.
MaybeValue maxPool(NodeBuilder &build, MaybeValue nhwc, const PoolWindow &window);
/// The mean over each window of an NHWC image. Divides by the window, padding included, when
/// `countsPadding`; what is past the padding never counts.
MaybeValue averagePool(NodeBuilder &build, MaybeValue nhwc, const PoolWindow &window,
                       bool countsPadding);

/// A window over any number of spatial dimensions of a tensor [batch, channel, spatial...].
struct DilatedWindow {
  llvm::SmallVector<int64_t> size, stride, dilation, low, high; ///< one entry for each dimension
};
/// `combine` over the elements of each window, one after another, as slices of the padded tensor:
/// for windows that the graph's pools lack. `filler` stands outside. Refused where a window has
/// very many elements, or reaches past its tensor.
MaybeValue combineWindows(NodeBuilder &build, MaybeValue x, const DilatedWindow &window,
                          float filler,
                          MaybeValue (*combine)(NodeBuilder &build, MaybeValue a, MaybeValue b));

/// The largest of each window, and where it is: the first of equal ones.
struct PlacedPool {
  MaybeValue values = mlir::failure(), places = mlir::failure(); ///< the latter i64
};
/// Of a tensor of reals. An element's place is the sum of its index in each dimension of `x` (batch
/// and channel too, padding left out) times that dimension's entry of `placeStrides`.
PlacedPool maxPoolWithPlaces(NodeBuilder &build, MaybeValue x, const DilatedWindow &window,
                             llvm::ArrayRef<int64_t> placeStrides);

} // namespace tandem
