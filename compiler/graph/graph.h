#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h" // the generated classes derive from it
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tandem::graph {

/// Checks of every graph op's results: the shape that the op infers, per-axis quantization that
/// fits.
mlir::LogicalResult verifyInferredShape(mlir::Operation *op);

template <typename ConcreteOp>
class ShapeVerified : public mlir::OpTrait::TraitBase<ConcreteOp, ShapeVerified> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) { return verifyInferredShape(op); }
};

} // namespace tandem::graph

#include "compiler/graph/graph_enums.h.inc"

#include "compiler/graph/graph_dialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/graph/graph_attrs.h.inc"

#define GET_OP_CLASSES
#include "compiler/graph/graph_ops.h.inc"
