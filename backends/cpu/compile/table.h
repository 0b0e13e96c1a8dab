#pragma once

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/map.h"
#include "base/unary_functions.h"

namespace tandem::cpu {

/// Of a value quantized per tensor.
CodeType codeTypeOf(mlir::Value value);
/// The same of its codes as they lie in memory: Plan::storesUnsigned.
CodeType storedCodeType(mlir::Value value, const Plan &plan);

/// The code less its zero point, as i32.
mlir::Value centred(codegen::KernelBuilder &k, mlir::Value code, const CodeType &type);

/// Whether the operands and the result all are 8-bit codes, quantized per tensor.
Support supportsByteCodes(mlir::Operation *op);
/// Whether they are so, and all signed or all unsigned.
Support supportsSameCodes(mlir::Operation *op);

/// Codes of `in` to codes of `out`, rescaled by `by` with TFLite's rounding and kept in `range`.
ByteTable rescaleTable(const CodeType &in, const CodeType &out, FixedMultiplier by,
                       CodeRange range);

/// From a byte to what the table has for it.
Map tableMap(const ByteTable &table, Buffers &buffers, Plan &plan);
/// A step that looks every byte of `input` up.
void planTable(mlir::Value input, mlir::Value result, const ByteTable &table, Plan &plan);

/// Adds the table to a kernel's buffers, and looks a byte up there.
unsigned addTable(const ByteTable &table, Buffers &buffers, Plan &plan);
mlir::Value lookUp(codegen::KernelBuilder &k, unsigned table, mlir::Value byte);

} // namespace tandem::cpu
