#pragma once

#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/volumes.h"
#include "compiler/importers/onnx/node.h"

namespace tandem::onnx {

/// What slides over an image, as the attributes of convolutions and pools have it: one entry for
/// each spatial dimension there, (height, width) here; a row has a height of 1.
struct Window {
  using Pair = PoolWindow::Pair;
  Pair size = {1, 1}, stride = {1, 1}, dilation = {1, 1}, low = {0, 0}, high = {0, 0};
};

/// Reads 'kernel_shape' (that of `filter` when absent: its dimensions from the third on),
/// 'strides', 'dilations', 'pads' and 'auto_pad' for an image of `spatial` dimensions (2, or 1 for
/// a row, whose height was put in).
mlir::FailureOr<Window> readWindow(OnnxNode &node, mlir::Value image, size_t spatial,
                                   llvm::ArrayRef<int64_t> filter);

/// The same for any number of dimensions, of an input [batch, channel, spatial...].
mlir::FailureOr<DilatedWindow> readDilatedWindow(OnnxNode &node, llvm::ArrayRef<int64_t> input,
                                                 llvm::ArrayRef<int64_t> filter);
/// The same of a volume.
mlir::FailureOr<VolumeWindow> readVolumeWindow(OnnxNode &node, llvm::ArrayRef<int64_t> input,
                                               llvm::ArrayRef<int64_t> filter);

/// A list of `spatial` numbers of at least `least` (0 or 1, whichever means nothing) as (height,
/// width).
mlir::FailureOr<Window::Pair> readPair(OnnxNode &node, llvm::StringRef name, size_t spatial,
                                       int64_t absent, int64_t least);

/// How many spatial dimensions an input has, 1 or 2.
inline size_t spatialRank(mlir::Value input) {
  return shapeOf(input).size() - 2;
}

/// A result (NCHW) in the rank of the input that it was made of.
MaybeValue toRank(OnnxNode &node, MaybeValue nchw, size_t rank);

} // namespace tandem::onnx
