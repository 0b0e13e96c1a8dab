#pragma once

#include "backends/cpu/compile/handlers.h"
#include "base/quantized_math.h"

namespace tandem::cpu {

/// An element type quantized per tensor.
struct CodeType {
  ElementType element;
  float scale;
  int32_t zeroPoint;

  Quantization quantization() const { return {{scale}, {zeroPoint}, 0}; }
  bool operator==(const CodeType &) const = default;
};
/// Of a value quantized per tensor.
CodeType codeTypeOf(mlir::Value value);

/// Whether the operands and the result all are 8-bit codes, quantized per tensor.
Support supportsByteCodes(mlir::Operation *op);

/// Codes of `in` to codes of `out`, rescaled by `by` with TFLite's rounding and kept in `range`.
ByteTable rescaleTable(const CodeType &in, const CodeType &out, FixedMultiplier by,
                       CodeRange range);

/// A step that looks every byte of `input` up.
void planTable(mlir::Value input, mlir::Value result, const ByteTable &table, Plan &plan);

} // namespace tandem::cpu
