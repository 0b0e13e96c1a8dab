#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/epilogue.h"
#include "backends/cpu/compile/packing.h"
#include "backends/cpu/compile/row_range.h"
#include "backends/cpu/compile/schedule.h"
#include "backends/cpu/compile/tuning.h"
#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

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

/// One more product of an output channel: for weights that have more bits than an element of a
/// product.
struct ExtraProduct {
  int64_t channel;
  int64_t kernelRow, offset; ///< of the input's elements: in the window, from where its row begins
  int32_t weight;            ///< as an element of the weights
};

/// What the convolution's loops are filled with. A product takes `together` elements of the input,
/// which are 32 bits, and as many weights, a 32-bit element. Single ones may be stored in 16 bits
/// (reals.h).
struct ConvBody {
  /// Weights: [group][outChannels / panel][taps][inChannels / together][panel].
  mlir::Value input, weights;
  int64_t together = 1;
  bool inF16 = false;     ///< factors and products (f16_products.h): `product` takes vectors of it
  int64_t panel = kPanel; ///< a multiple of that
  mlir::VectorType accumulator;
  ProductRegisters registers = {}; ///< with halves only where `product` takes any f32 vectors
  /// acc + activation * weight; the activation is a broadcast element of the input.
  std::function<mlir::Value(mlir::Value activation, mlir::Value weight, mlir::Value acc)> product;
  const Epilogue &epilogue;
  const ConvPlaces &places;
  const Tuning *tuning = nullptr; ///< null: the choice is the model's
  /// Few ones, of convolutions without groups and padding.
  llvm::ArrayRef<ExtraProduct> extras = {};
  /// Of the last channels, where they fill at most half a vector, their weights once more: those of
  /// two products in lanes side by side, [taps][products / 2][channels][2]. Then a product of
  /// vectors is two of these. Null: there are none. Where blocks are packed
  /// (Epilogue::finishBlock).
  mlir::Value doubled = {};
};

/// Implicit GEMM over NHWC without copies: a register tile of pixels × vectors of channels. Rows of
/// the kernel outside the input are left out by loop bounds, columns by giving border tiles their
/// own code; elsewhere a row of the kernel is one contiguous run of the input.
void buildConvolution(codegen::KernelBuilder &k, const ConvShape &shape, const ConvBody &body);
/// Some rows of it, of one image and without groups, as a part of a kernel.
void buildConvolutionRows(codegen::KernelBuilder &k, const ConvShape &shape, const ConvBody &body,
                          const RowRange &rows);

/// A part of a kernel: matrix products [from, to) of those that `body.places` has side by side, of
/// one row of pixels, `input` elements into the buffer. Each reads its weights once.
void buildProducts(codegen::KernelBuilder &k, const ConvShape &shape, const ConvBody &body,
                   mlir::Value input, mlir::Value from, mlir::Value to);

} // namespace tandem::cpu
