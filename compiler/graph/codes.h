#pragma once

// Constants of f32 that are stored as codes; not for use outside this folder.

#include "mlir/IR/BuiltinTypes.h"

namespace tandem::graph {

/// Whether f32 of a constant may stay codes of this element type: quantized, and smaller than f32.
bool mayStayCodes(mlir::Type elementType);
/// The f32 that codes of this quantized type stand for.
llvm::SmallVector<char, 0> dequantized(llvm::ArrayRef<char> codes, mlir::RankedTensorType type);

// The type of stored elements behind a move, whose result has `shape`: channels have their scales
// there, too. Null where no quantized type says that.
mlir::RankedTensorType reshapedStorage(mlir::RankedTensorType stored,
                                       llvm::ArrayRef<int64_t> shape);
mlir::RankedTensorType slicedStorage(mlir::RankedTensorType stored, llvm::ArrayRef<int64_t> begin,
                                     llvm::ArrayRef<int64_t> strides,
                                     llvm::ArrayRef<int64_t> shape);
/// `places` of the dimension `axis`, row by row.
mlir::RankedTensorType gatheredStorage(mlir::RankedTensorType stored, int64_t axis,
                                       llvm::ArrayRef<int64_t> places,
                                       llvm::ArrayRef<int64_t> shape);

} // namespace tandem::graph
