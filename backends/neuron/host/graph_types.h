#pragma once

#include "backends/neuron/host/operand.h"

#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace tandem::neuron::host {

/// The graph's element type for an operand as it is stored; null when the graph has none for it.
mlir::Type storedType(mlir::MLIRContext *context, const Operand &operand);

/// The element type that operations compute in: half precision is widened to f32 where it enters,
/// and rounded only where it leaves the model.
mlir::Type computeType(mlir::MLIRContext *context, const Operand &operand);

/// A tensor's shape when all of it is known.
std::optional<llvm::SmallVector<int64_t>> shapeOfOperand(const Operand &operand);

} // namespace tandem::neuron::host
