#pragma once

#include "backends/neuron/host/node.h"

namespace tandem::neuron::host {

/// Whether operand 2, the bias of input times filter, has an entry for each output channel of the
/// node's result, and the scale of the product where it has one.
mlir::LogicalResult checkBias(Node &node, mlir::Value input, mlir::Value filter, mlir::Value bias);

} // namespace tandem::neuron::host
