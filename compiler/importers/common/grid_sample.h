#pragma once

#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/common/selections.h"

namespace tandem {

/// What counts outside of an image.
enum class Outside { kZero, kBorder, kReflection };

/// How the elements around a place make one.
enum class Sampling { kNearest, kLinear, kCubic };

/// One of the elements along a dimension that a place is made of: which, as a real number that is
/// whole, and how much of it (null: all).
struct Tap {
  MaybeValue place = mlir::failure(), weight = mlir::Value();
};
using Taps = llvm::SmallVector<Tap>;

/// The taps around places along a dimension of `size`; all are inside.
Taps tapsOf(NodeBuilder &build, MaybeValue at, int64_t size, Sampling sampling, Outside outside,
            bool alignCorners);

/// Images [batch, channel, spatial...] as rows [batch * spatial..., channel].
struct Pixels {
  MaybeValue rows = mlir::failure();
  llvm::SmallVector<int64_t> sizes; ///< of the spatial dimensions
};
/// Reports more rows than f32 counts, and none.
mlir::FailureOr<Pixels> pixelsOf(NodeBuilder &build, MaybeValue images);

/// Combines `sum` (null: nothing is there yet) with the pixels at all choices of one tap for each
/// dimension, times their weights. `image`: which one each place is in, as a real number; it and
/// the taps broadcast to the places, and the result is [places..., channel].
void combinePixels(NodeBuilder &build, const Pixels &pixels, MaybeValue image,
                   llvm::ArrayRef<Taps> taps, MaybeValue &sum, Combine combine);

/// Elements of an image [batch, channel, spatial...] at places [batch, ..., coordinate], whose
/// coordinates go from -1 to 1, that of the last dimension first. With `alignCorners` these are the
/// middles of the first and the last element, else their outer edges. The result is [batch,
/// channel, ...].
MaybeValue gridSample(NodeBuilder &build, MaybeValue image, MaybeValue grid, Sampling sampling,
                      Outside outside, bool alignCorners);

/// The grid of an affine transformation theta [batch, n, n + 1] of n spatial dimensions.
MaybeValue affineGrid(NodeBuilder &build, MaybeValue theta, llvm::ArrayRef<int64_t> spatial,
                      bool alignCorners);

} // namespace tandem
