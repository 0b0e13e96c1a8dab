#pragma once

// Constant folding of single ops; not for use outside this folder.

#include "compiler/graph/graph.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

namespace tandem::graph {

// Each returns nothing when `input` is no constant. `type` is the result's.
mlir::OpFoldResult foldReshape(mlir::Attribute input, mlir::RankedTensorType type);
mlir::OpFoldResult foldTranspose(mlir::Attribute input, llvm::ArrayRef<int64_t> shape,
                                 llvm::ArrayRef<int64_t> permutation, mlir::RankedTensorType type);
mlir::OpFoldResult foldSlice(mlir::Attribute input, llvm::ArrayRef<int64_t> shape,
                             llvm::ArrayRef<int64_t> begin, llvm::ArrayRef<int64_t> strides,
                             mlir::RankedTensorType type);
/// `shape` is the input's; an index outside of the axis is taken as the nearest inside.
mlir::OpFoldResult foldGather(mlir::Attribute input, mlir::Attribute indices, mlir::Type indexType,
                              llvm::ArrayRef<int64_t> shape, uint64_t axis,
                              mlir::RankedTensorType type);
/// Of the op scatter; `indexType` is that of the indices.
mlir::OpFoldResult foldScatter(mlir::Attribute input, mlir::Attribute indices,
                               mlir::Attribute updates, mlir::RankedTensorType indexType,
                               Reduction reduction, mlir::RankedTensorType type);
/// Codes of `from` to f32; per channel too.
mlir::OpFoldResult foldDequantize(mlir::Attribute input, mlir::RankedTensorType from,
                                  mlir::RankedTensorType type);
mlir::OpFoldResult foldCast(mlir::Attribute input, mlir::RankedTensorType from,
                            mlir::RankedTensorType type);

} // namespace tandem::graph
