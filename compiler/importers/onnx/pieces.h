#pragma once

#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// `size` elements of a dimension from `begin` on, every `stride`-th.
MaybeValue sliceAlong(OnnxNode &node, MaybeValue value, int64_t axis, int64_t begin, int64_t size,
                      int64_t stride = 1);

/// Tensors side by side; one alone is itself.
MaybeValue concatAlong(OnnxNode &node, llvm::ArrayRef<mlir::Value> parts, int64_t axis);

/// The entries of a dimension at these places, in this order: runs of equal distance are slices,
/// side by side. Refused where that would take more than kMostPieces.
MaybeValue pickAlong(OnnxNode &node, MaybeValue value, int64_t axis,
                     llvm::ArrayRef<int64_t> places);
inline constexpr size_t kMostPieces = 256;

/// How many slices pickAlong would make.
size_t countRuns(llvm::ArrayRef<int64_t> places);

} // namespace tandem::onnx
