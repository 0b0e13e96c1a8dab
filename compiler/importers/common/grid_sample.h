#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// What counts outside of an image.
enum class Outside { kZero, kBorder, kReflection };

/// How the elements around a place make one.
enum class Sampling { kNearest, kLinear, kCubic };

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
