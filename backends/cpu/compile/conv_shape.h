#pragma once

#include "compiler/graph/graph.h"

namespace tandem::cpu {

/// Taps in a row of the kernel that code is made for one by one: in tiles at the border, and in
/// depthwise tiles.
constexpr int64_t kMostTapsInRow = 64;

/// Sizes of a convolution in NHWC, of one group. Padding low, negative where the windows begin
/// inside the input; that on the high side follows.
struct ConvShape {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t outHeight, outWidth, outChannels;
  int64_t kernelHeight, kernelWidth;
  int64_t strideHeight = 1, strideWidth = 1, dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0;

  /// A matrix of [rows, inner] times one of [inner, columns]: rows are pixels.
  static ConvShape product(int64_t rows, int64_t inner, int64_t columns) {
    return {.batch = 1,
            .inHeight = 1,
            .inWidth = rows,
            .inChannels = inner,
            .outHeight = 1,
            .outWidth = rows,
            .outChannels = columns,
            .kernelHeight = 1,
            .kernelWidth = 1};
  }

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
  bool hasHorizontalBorder() const { return !sees(0, 0) || !sees(outWidth - 1, kernelWidth - 1); }
  bool hasVerticalBorder() const {
    return padTop > 0 ||
           (outHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight - padTop >=
               inHeight;
  }
};

/// Whether the code of a convolution of that shape has none for single taps of a row, or for few:
/// without it a window's row is one run of the input.
bool tapsFit(graph::Conv2dOp conv, const ConvShape &shape);

/// "1x56x56x64 3x3 stride 1x1 dilation 1x1 pad 1x1 -> 56x56x128", and the groups where there are.
std::string shapeText(const ConvShape &shape, int64_t groups);

/// Where a convolution's operands lie in memory, in elements. `groups` convolutions of one shape
/// run side by side on every entry of the batch: groups of channels, or products whose weights
/// differ.
struct ConvPlaces {
  int64_t groups = 1;
  struct Steps {
    int64_t offset = 0, pixel, row, entry, group;

    bool operator==(const Steps &) const = default;
  };
  Steps in, out;
  int64_t weights = 0;  ///< from group to group
  int64_t channels = 0; ///< the same of per-channel constants

  /// One entry behind another, pixels of `groups` times the shape's channels.
  static ConvPlaces dense(const ConvShape &shape, int64_t groups = 1);
  /// Pixels of the results that have so many channels lie `step` apart.
  void spreadResults(int64_t channels, int64_t step);
  /// The same of the input.
  void spreadInput(int64_t channels, int64_t step);
};

/// A 1×1 convolution that moves by one becomes a matrix product: all its pixels are one row. So
/// does a sequence along the height, of images one pixel wide, whose memory is the same.
/// Of one group of channels.
ConvShape shapeOf(graph::Conv2dOp conv);
ConvShape shapeOf(graph::DepthwiseConv2dOp conv);
/// The same with their rows as they are.
ConvShape imageShapeOf(graph::Conv2dOp conv);
ConvShape imageShapeOf(graph::DepthwiseConv2dOp conv);
/// The sizes of the tensors, as of a convolution that moves by one without padding.
ConvShape shapeOf(graph::TransposeConv2dOp conv);
/// The kernel is the window.
ConvShape shapeOf(graph::MaxPool2dOp pool);
ConvShape shapeOf(graph::AveragePool2dOp pool);
ConvShape shapeOf(graph::L2Pool2dOp pool);
/// A matrix product is a 1×1 convolution over one row of pixels.
ConvShape shapeOf(graph::FullyConnectedOp product);

} // namespace tandem::cpu
