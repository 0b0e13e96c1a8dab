#pragma once

#include "backends/cpu/compile/schedule.h"
#include "compiler/codegen/kernel_builder.h"

#include <functional>

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

/// Taps in a row that kernels are made for: tiles at the border, and depthwise tiles, have code for
/// each of them.
constexpr int64_t kMostTapsInRow = 64;

/// Output channels of a panel of packed weights.
constexpr int64_t kPanel = 16;

/// Tiles of one output row: a run of `count` equal tiles of `pixels` pixels. In a border tile,
/// which is alone, some taps lie outside the input; all of them inside in the others.
struct TileRun {
  int64_t firstTile, count, firstPixel, pixels;
  bool border;
};
std::vector<TileRun> tileRuns(const ConvShape &shape, EvenSplit split);

/// The rows of the kernel that are inside the input for output row `row`: [from, to).
struct TapRange {
  mlir::Value from, to;
};
TapRange verticalTaps(codegen::KernelBuilder &k, const ConvShape &shape, mlir::Value row);

/// What the convolution's loops are filled with. All buffers have 32-bit elements.
struct ConvBody {
  mlir::Value input, weights; ///< weights: [outChannels / 16][taps][inChannels][16]
  mlir::VectorType accumulator;
  int64_t temporaries = 1; ///< registers of a product: the broadcast activation, and what else
  /// acc + activation * weight; the activation is a broadcast element of the input.
  std::function<mlir::Value(mlir::Value activation, mlir::Value weight, mlir::Value acc)> product;
  /// The accumulator before the first product, for channels from `channel` on.
  std::function<mlir::Value(mlir::Value channel)> initial;
  /// Stores the first `valid` lanes of a finished accumulator at `index` of the output.
  std::function<void(mlir::Value acc, mlir::Value index, mlir::Value channel, int64_t valid)>
      finish;
};

/// Implicit GEMM over NHWC without copies: a register tile of pixels × vectors of channels. Rows of
/// the kernel outside the input are left out by loop bounds, columns by giving border tiles their
/// own code; elsewhere a row of the kernel is one contiguous run of the input.
void buildConvolution(codegen::KernelBuilder &k, const ConvShape &shape, const ConvBody &body);

} // namespace tandem::cpu
