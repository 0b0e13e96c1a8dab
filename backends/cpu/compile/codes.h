#pragma once

#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/requantize.h"
#include "backends/cpu/compile/table.h"

namespace tandem::cpu {

// What the kernels of quantized convolutions, depthwise convolutions and matrix products share.

/// Whether input, filter, bias and result of a product are 8-bit codes that the kernels take.
Support supportsProductOfCodes(mlir::Operation *op);

/// From the sum of products to the result's codes, per output channel: buffers of a kernel.
struct ChannelScaling {
  unsigned bias, multiplier, left, right; ///< i32, padded to whole panels
  bool shiftsLeft;
  bool roundsOnce; ///< fully connected on i8; else twice
  bool canFuse;    ///< multiplyRoundingTwiceFused does
  ElementType element;
  int32_t zeroPoint;
  CodeRange range;
};
ChannelScaling channelScaling(mlir::Operation *op, graph::Activation activation, Buffers &buffers);

/// The codes of vectors of sums for channels from `channel` on, in the type they are stored in.
mlir::Value scaledCodes(codegen::KernelBuilder &k, const ChannelScaling &scaling, mlir::Value sum,
                        mlir::Value channel);

/// A filter's codes as stored, and the zero point of each output channel.
std::vector<int32_t> filterCodes(mlir::Value filter);
std::vector<int32_t> filterZeroPoints(mlir::Value filter, int64_t channels);

} // namespace tandem::cpu
