#pragma once

#include "compiler/importers/common/complex.h"

#include <vector>

namespace tandem {

// Discrete Fourier transforms as products with constant matrices, whose numbers are made in double:
// one matrix for few points, two small ones for many (Cooley and Tukey 1965).

/// X[k] = scale * sum over m of window[m] * x[m] * exp(-2 pi i k m / size), `inverse` with +.
struct Transform {
  int64_t size = 0;
  int64_t bins = 0; ///< X[0] to X[bins - 1] are wanted
  bool inverse = false;
  double scale = 1;
  std::vector<double> window = {}; ///< `size` factors; empty: 1

  static Transform full(int64_t size) { return {size, size}; }
  static Transform oneSided(int64_t size) { return {size, size / 2 + 1}; }
  static Transform inverseOf(int64_t size) { return {size, size, true, 1.0 / double(size)}; }
};

/// Of the last dimension, which has `size` elements. A null imaginary part: of real numbers.
Complex fourier(NodeBuilder &build, const Complex &x, const Transform &transform);
/// The same along any dimension.
Complex fourierAlong(NodeBuilder &build, const Complex &x, int64_t axis,
                     const Transform &transform);
/// The `size` real numbers times `scale` whose one-sided transform along `axis` that is. A last
/// entry that a size lacks or has too much is 0, or is left out.
MaybeValue inverseRealFourier(NodeBuilder &build, const Complex &half, int64_t axis, int64_t size,
                              double scale);
/// A dimension cut to `size`, or filled up with 0 behind, as transforms of a given size do.
MaybeValue resized(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t size);
Complex resized(NodeBuilder &build, const Complex &x, int64_t axis, int64_t size);

/// Whether a transform of real numbers is one product, which is the cheapest way for few points.
bool isOneMatrix(const Transform &transform);
/// Its matrix, [bins, size], to the real or to the imaginary part.
MaybeValue matrixOf(NodeBuilder &build, const Transform &transform, bool toImaginary);

} // namespace tandem
