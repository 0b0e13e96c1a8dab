#pragma once

#include "base/element_type.h"

#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace tandem::graph {

/// The storage of an element: a quantized type's codes, else the type itself. Signless i8 stands
/// for the codes of both u8 and i8 quantized types.
mlir::Type storageType(mlir::Type elementType);

/// How an element of this graph type is stored at run time; nothing for a type that graph excludes.
std::optional<ElementType> elementTypeOf(mlir::Type elementType);
/// The plain (not quantized) graph type of a stored element: u8 is ui8, bool is i1.
mlir::Type plainType(mlir::MLIRContext *context, ElementType type);

/// Scales and zero points of a quantized type; empty for any other.
Quantization quantizationOf(mlir::Type elementType);
/// A quantized type: storage kI8, kU8, kI16 or kI32; per axis when there is more than one scale.
/// `narrow` leaves out the lowest code, as symmetric filters do.
mlir::Type quantizedType(mlir::MLIRContext *context, ElementType storage,
                         const Quantization &quantization, bool narrow = false);
/// Of elements behind a transpose: scales per channel go where their dimension goes.
mlir::Type transposedElement(mlir::Type elementType, llvm::ArrayRef<int64_t> permutation);

bool isQuantized(mlir::Type type); ///< of an element type or of a tensor's
inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace tandem::graph
