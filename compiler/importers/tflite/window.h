#pragma once

#include "compiler/importers/tflite/node.h"

#include <array>

namespace tandem::tflite {

/// Height and width of what slides over an image, as the options of convolutions and pools have it.
struct Window {
  std::array<int64_t, 2> size, stride, dilation = {1, 1};
};

struct Padding2d {
  std::array<int64_t, 2> low = {0, 0}, high = {0, 0};
};

/// TFLite's paddings as numbers: VALID is none; SAME makes the result ceil(image / stride) large,
/// with the odd one at the high end.
mlir::FailureOr<Padding2d> paddingOf(Node &node, schema::Padding padding,
                                     std::array<int64_t, 2> image, const Window &window);

/// Height and width of an NHWC value.
mlir::FailureOr<std::array<int64_t, 2>> imageSize(Node &node, mlir::Value value);

/// Which inputs of an operator are those of a product of sums.
struct ProductInputs {
  size_t input = 0, filter = 1, bias = 2;
};
/// The bias of a convolution or matrix product: null when left out. As f32 where the operator is
/// computed in reals.
mlir::FailureOr<mlir::Value> biasOf(Node &node, const ProductInputs &inputs = {});

} // namespace tandem::tflite
