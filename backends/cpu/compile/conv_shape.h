#pragma once

#include "compiler/graph/graph.h"

namespace tandem::cpu {

/// Sizes of a convolution in NHWC, groups aside. Padding low; that on the high side follows.
struct ConvShape {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t strideHeight = 1, strideWidth = 1, dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0;

  int64_t inElements() const { return batch * inHeight * inWidth * inChannels; }
  int64_t outElements() const { return batch * outHeight * outWidth * outChannels; }
  int64_t taps() const { return kernelHeight * kernelWidth; }
  /// The lowest input column that tap `kx` of output column 0 sees, may be negative.
  int64_t inColumn(int64_t column, int64_t kx) const {
    return column * strideWidth + kx * dilationWidth - padLeft;
  }
  bool sees(int64_t column, int64_t kx) const {
    return inColumn(column, kx) >= 0 && inColumn(column, kx) < inWidth;
  }
  bool hasVerticalBorder() const {
    return padTop > 0 ||
           (outHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight >= inHeight;
  }
};

/// A 1×1 convolution that moves by one becomes a matrix product: all its pixels are one row.
ConvShape shapeOf(graph::Conv2dOp conv);
ConvShape shapeOf(graph::DepthwiseConv2dOp conv);
/// The kernel is the window.
ConvShape shapeOf(graph::MaxPool2dOp pool);
ConvShape shapeOf(graph::AveragePool2dOp pool);
/// A matrix product is a 1×1 convolution over one row of pixels.
ConvShape shapeOf(graph::FullyConnectedOp product);

} // namespace tandem::cpu
