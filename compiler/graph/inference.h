#pragma once

// Shared by the shape rules of the op families; not for use outside this folder.

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

namespace tandem::graph {

constexpr int kBatch = 0, kHeight = 1, kWidth = 2, kChannel = 3; // NHWC

using Location = std::optional<mlir::Location>;
using Shapes = llvm::SmallVectorImpl<mlir::ShapedTypeComponents>;

inline mlir::LogicalResult infer(Shapes &shapes, llvm::ArrayRef<int64_t> shape) {
  shapes.emplace_back(shape);
  return mlir::success();
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return tensorType(value).getShape();
}

/// Size of one dimension after a window slides over it; 0 or less when it does not fit. 128-bit
/// arithmetic, since all of it may come from a hostile file.
inline int64_t slidingSize(int64_t input, int64_t window, int64_t stride, int64_t dilation,
                           int64_t padLow, int64_t padHigh) {
  __int128 reach = __int128(window - 1) * dilation + 1;
  __int128 room = __int128(input) + padLow + padHigh - reach;
  return room < 0 ? 0 : static_cast<int64_t>(room / stride + 1);
}

/// The rule that a name such as "conv_2d_c1" stands for is in the op's description.
template <typename... Parts> mlir::LogicalResult refuse(Location location, const Parts &...parts) {
  if (location) {
    mlir::InFlightDiagnostic error = mlir::emitError(*location);
    (error << ... << parts);
  }
  return mlir::failure();
}

/// A quantized type does not know its tensor: its axis and number of scales are checked here.
mlir::LogicalResult verifyQuantizedAxis(mlir::Operation *op, mlir::RankedTensorType type);
/// What a convolution-like op has beside floats and codes.
struct ProductForms {
  bool hybrid = false; ///< f32 input with a quantized filter
  bool sums = false;   ///< plain input of 8 bits with a quantized filter, the sums in i32
};
/// The element types that convolution-like ops accept (conv_2d_c6).
mlir::LogicalResult verifyProductTypes(mlir::Operation *op, mlir::Value input, mlir::Value filter,
                                       mlir::Value bias, llvm::StringRef rule, ProductForms forms);
/// The shape of both operands broadcast against each other.
mlir::LogicalResult inferBroadcast(Location location, mlir::Value lhs, mlir::Value rhs,
                                   llvm::StringRef rule, Shapes &shapes);
/// Input and result are quantized both, or have one element type.
mlir::LogicalResult verifySameKind(mlir::Operation *op, llvm::StringRef rule);
/// The operands from `first` on and the result have one element type, with one scale at most.
mlir::LogicalResult verifyMoved(mlir::Operation *op, unsigned first, unsigned count,
                                llvm::StringRef rule);
/// Every operand and the result have one element type.
mlir::LogicalResult verifySameElementType(mlir::Operation *op, llvm::StringRef rule);

} // namespace tandem::graph
