#pragma once

#include "backends/neuron/compile/capability.h"

#include <string>

namespace tandem::neuron {

/// A mean or sum of codes as a product with ones: MEAN keeps its scale and REDUCE_SUM takes no
/// codes, products can do both. `count` neighbours are summed: [outer, count, inner] to
/// [outer, inner].
struct ReductionProduct {
  int64_t outer = 1, count = 1, inner = 1;
  float filterScale = 1; ///< of the ones
  std::string problem;   ///< why there is none, as a sentence for the user; empty: there is
};

/// Of a `mean` or `sum` of codes with axes. TFLite's mean folds the division into its multiplier,
/// which is then a bit shorter than a product's, or not, and rounds on the way: whether the product
/// gives the same code is tried with every sum that there can be.
ReductionProduct reductionProduct(mlir::Operation *op, const Target &target);

} // namespace tandem::neuron
