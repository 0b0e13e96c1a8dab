#pragma once

#include "compiler/importers/common/fourier.h"

namespace tandem {

/// Pieces of `size` elements of the last dimension, one every `step`, as many as fit:
/// [..., frames, size].
MaybeValue framed(NodeBuilder &build, MaybeValue signal, int64_t size, int64_t step);
/// The sum of such pieces where they overlap: [..., (frames - 1) * step + size].
MaybeValue overlapAdded(NodeBuilder &build, MaybeValue frames, int64_t step);

/// Every such piece times the rows of a matrix [rows, size]: [..., frames, rows].
MaybeValue slidingProduct(NodeBuilder &build, MaybeValue signal, MaybeValue matrix, int64_t step);

/// The transform of every such piece of a signal [..., samples]: [..., frames, bins]. The pieces
/// are multiplied by `window` [size], unless that is null; one that is known folds into the matrix.
Complex shortTimeFourier(NodeBuilder &build, const Complex &signal, int64_t step,
                         Transform transform, mlir::Value window);
/// Back: what the windowed pieces of a transform [..., frames, bins] add up to, over what the
/// squared windows do. `window` has `size` factors.
MaybeValue inverseShortTimeFourier(NodeBuilder &build, const Complex &pieces, int64_t size,
                                   int64_t step, double scale, mlir::Value window);

} // namespace tandem
