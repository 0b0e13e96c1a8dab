#pragma once

#include "compiler/importers/common/node_builder.h"

#include <string>
#include <vector>

namespace tandem {

/// How one dimension of an image is made larger or smaller, in ONNX's words, which cover what the
/// other frameworks do: https://onnx.ai/onnx/operators/onnx__Resize.html.
struct Resampling {
  int64_t in = 0, out = 0;
  double scale = 1;                ///< as the model says it, which out / in may only be near to
  std::string mode;                ///< "nearest", "linear", "cubic"
  std::string coordinates;         ///< "half_pixel", "asymmetric", ...
  std::string nearest;             ///< "round_prefer_floor", "floor", ...
  double roiStart = 0, roiEnd = 1; ///< of tf_crop_and_resize
  double cubicCoefficient = -0.75;
  bool excludesOutside = false, antialias = false;

  /// The place in the input, in elements, that element `index` of the result is taken from.
  double placeOf(int64_t index) const;
  /// Of mode "nearest": the element of the input for each of the result; -1 is none.
  llvm::SmallVector<int64_t> nearestPlaces() const;
  /// The result as a matrix [out, in] times the input. Rows of places outside the input are zero
  /// where the coordinates say so (tf_crop_and_resize).
  std::vector<float> matrix() const;
};

/// Every row along a dimension times a matrix [out, size of the dimension].
MaybeValue multiplyAlong(NodeBuilder &build, MaybeValue x, int64_t axis,
                         llvm::ArrayRef<float> matrix, int64_t out);
/// A dimension resampled so, of real numbers.
MaybeValue resampleAlong(NodeBuilder &build, MaybeValue x, int64_t axis, const Resampling &how);

/// The mean over `out` windows of a dimension that cover it as evenly as they can ("adaptive"
/// pools): from floor(i * size / out) to ceil((i + 1) * size / out).
MaybeValue averageAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t out);
/// The largest of each such window, of which there are at most kMostWindows.
MaybeValue largestAlong(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t out);
inline constexpr int64_t kMostWindows = 256;

} // namespace tandem
