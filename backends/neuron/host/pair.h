#pragma once

#include "backends/neuron/host/node.h"

namespace tandem::neuron::host {

/// The first two inputs, when their shapes broadcast.
mlir::FailureOr<std::pair<mlir::Value, mlir::Value>> readPair(Node &node);

/// An operation of two inputs and nothing else.
template <typename OpT> mlir::LogicalResult writePair(Node &node) {
  auto operands = readPair(node);
  return failed(operands) ? mlir::failure() : node.emit<OpT>(operands->first, operands->second);
}
/// One of one input.
template <typename OpT> mlir::LogicalResult writeUnary(Node &node) {
  MaybeValue input = node.value(0);
  return failed(input) ? mlir::failure() : node.emit<OpT>(*input);
}

} // namespace tandem::neuron::host
