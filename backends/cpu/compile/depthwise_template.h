#pragma once

#include "backends/cpu/compile/conv_template.h"
#include "backends/cpu/compile/row_range.h"

namespace tandem::cpu {

/// What the depthwise loops are filled with; everything in vectors of channels, in f32.
struct DepthwiseBody {
  /// Input elements from `index` on, as f32 without their zero point, as many as `type` has lanes.
  std::function<mlir::Value(mlir::VectorType type, mlir::Value index)> load;
  int64_t inStep;      ///< from pixel to pixel of the input
  mlir::Value weights; ///< reals, [taps][channels]
  const Epilogue &epilogue;
  bool halves = false; ///< the epilogue takes half a vector too
  bool inF16 = false;  ///< what is loaded, the weights and the products (f16_products.h)
};

/// One filter per channel, outChannels == inChannels. A tile is a run of pixels of a row × one
/// vector of channels; columns outside the input are peeled, rows left out by loop bounds. Reads up
/// to a vector beyond the last channel of the input and the weights. Some rows, as a part of a
/// kernel, or all of them.
void buildDepthwise(codegen::KernelBuilder &k, const ConvShape &shape, const DepthwiseBody &body,
                    const RowRange *rows);

} // namespace tandem::cpu
