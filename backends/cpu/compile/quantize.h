#pragma once

#include "backends/cpu/compile/map.h"
#include "base/unary_functions.h"
#include "compiler/graph/graph.h"

namespace tandem::cpu {

/// The stored code of an element of the op's input, which is a real or a code itself. What it looks
/// up goes into `buffers`.
Map codeOf(graph::QuantizeOp op, Buffers &buffers, Plan &plan);

/// The code less its zero point as f32, rounded if need be; scalars, or vectors of bytes.
mlir::Value centredReal(codegen::KernelBuilder &k, mlir::Value code, ElementType element,
                        mlir::Value zeroPoint);
/// The real that a code quantized per tensor stands for.
mlir::Value realOf(codegen::KernelBuilder &k, mlir::Value code, const CodeType &type);

/// Leaves a quantization to the product that is all that reads it: that copies its input anyway, to
/// unsigned codes with their padding around them. Whether it does.
bool leaveToReader(graph::QuantizeOp op, Plan &plan);

/// The input of a product of codes, one element after another.
struct CodesInput {
  mlir::Value from; ///< what is read: the value, or what is quantized to it on the way
  Map code;         ///< from an element of that to the code as the value stores it; null: it is
};
CodesInput codesInput(mlir::Value value, Buffers &buffers, Plan &plan);

/// What the kernel of an op on codes writes: its result, or the reals that a dequantize makes of
/// that, where nothing else reads the codes.
mlir::Value takeDequantized(mlir::Operation *op, Plan &plan);

} // namespace tandem::cpu
