#include "backends/neuron/host/product.h"

#include <cmath>

using namespace mlir;

namespace tandem::neuron::host {

/// NNAPI allows a bias this far from the product of the scales; Paddle-Lite rescales its own only
/// when it is further than this in absolute terms.
static constexpr float kTolerance = 1e-6f;

LogicalResult checkBias(Node &node, Value input, Value filter, Value bias) {
  if (shapeOf(bias).size() != 1)
    return node.invalid() << "the bias has rank " << shapeOf(bias).size() << ", expected 1";
  if (!graph::isQuantized(filter.getType()))
    return success();
  // LiteRT's plugin gives none to the zeros that it makes up, and a filter per channel has no one
  // scale to say.
  float said = node.input(2).scale;
  Quantization scales = graph::quantizationOf(getElementTypeOrSelf(filter));
  if (said == 0 || scales.perChannel())
    return success();
  float product = graph::quantizationOf(getElementTypeOrSelf(input)).scales[0] * scales.scales[0];
  float allowed = std::max(kTolerance, kTolerance * std::min(product, said));
  if (std::abs(product - said) > allowed)
    return node.unsupported() << "the bias has scale " << said
                              << ", expected that of input times filter, " << product;
  return success();
}

} // namespace tandem::neuron::host
