#pragma once

#include "compiler/importers/onnx/window.h"

namespace tandem::onnx {

/// A convolution's filter, as the graph has it, and what its attributes say.
struct Filter {
  mlir::Value value; ///< OHWI, or 1HWC when depthwise
  Window window;
  int64_t groups = 1;
  bool isDepthwise = false;
};

/// The shape of the filter [output, input / group, ...] at input `index`; refused where it does not
/// fit `input` (channels behind the batch) in so many groups.
mlir::FailureOr<llvm::SmallVector<int64_t>> filterShape(OnnxNode &node, mlir::Value input,
                                                        size_t index, int64_t groups);

/// Reads the filter [output, input / group, ...] at input `index`, and the window, for `input`
/// (NCHW or NCW).
mlir::FailureOr<Filter> readFilter(OnnxNode &node, mlir::Value input, size_t index);

/// The same where the filter is a value already: [output, input / group, height, width].
mlir::FailureOr<Filter> orderFilter(OnnxNode &node, mlir::Value input, mlir::Value oihw,
                                    Window window, int64_t groups);

/// The convolution of an image (NCHW) into elements of `type`, NCHW again.
MaybeValue convolve(OnnxNode &node, mlir::Value image, const Filter &filter, MaybeValue bias,
                    mlir::Type type);

/// The operator Conv, which others begin with.
MaybeValue importConv(OnnxNode &node);

} // namespace tandem::onnx
