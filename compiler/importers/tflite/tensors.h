#pragma once

#include "compiler/importers/tflite/reader.h"

#include "mlir/IR/BuiltinTypes.h"

namespace tandem::tflite {

/// The element type of a tensor in the graph: quantized when the file gives it scales, except for
/// biases of 32 and 64 bits, whose scale follows from those of the product. Of complex numbers it
/// is one that no op of the graph takes (importers/common/complex.h).
llvm::Expected<mlir::Type> elementTypeOf(const schema::Tensor &tensor, mlir::MLIRContext &context);

/// Whether a tensor has codes, and whether of 16 bits.
bool isCodes(const schema::Tensor &tensor);
bool isCodes16(const schema::Tensor &tensor);

/// The dimensions that the file gives, a dynamic one among them as 1.
llvm::SmallVector<int64_t> dimensionsOf(const schema::Tensor &tensor);
/// The same, -1 for a dynamic one; empty when none is.
llvm::SmallVector<int64_t> signatureOf(const schema::Tensor &tensor);

} // namespace tandem::tflite
