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

} // namespace tandem
