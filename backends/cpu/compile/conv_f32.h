#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/row_range.h"

namespace tandem::cpu {

/// Adds the step of a float convolution or matrix product, `groups` of them side by side: operands
/// 0, 1 and 2 of `op` are input, filter ([out][taps][in], [N,K]) and perhaps a constant bias. What
/// follows the op is fused.
void planConvF32(const ConvShape &shape, int64_t groups, mlir::Operation *op,
                 graph::Activation activation, Plan &plan);
/// Its code, whose buffers are added; what prepares them are steps.
RowsCode convF32(const ConvShape &shape, int64_t groups, mlir::Operation *op,
                 graph::Activation activation, Plan &plan, Buffers &buffers);

/// The same on weights that are packed, [group][out / 16][taps][in][16], and on operands that lie
/// as `places` says. Packed weights of i32 are pairs of bf16, [..][in / 2][16]; the input is bf16.
/// Weights and input in f16 are multiplied in f16 where that is an instruction.
void planProductF32(const ConvShape &shape, const ConvPlaces &places, TypedBuffer weights,
                    TypedBuffer input, mlir::Operation *op, graph::Activation activation,
                    Plan &plan);

/// From one of f32 weights to the next group, output and element of the sum.
struct WeightSteps {
  int64_t group, out, depth;
};
/// Constant weights in the 16 bits that the user asks for, or in f16 where that holds every one of
/// them, as it does those of a file that has them in f16: nothing is lost then, and half the bytes
/// are read. Else in f32.
TypedBuffer constantReals(llvm::ArrayRef<float> reals, Plan &plan);
/// Packs weights: constant ones here, others by a step.
TypedBuffer planPacking(mlir::Value filter, int64_t groups, int64_t out, int64_t depth,
                        WeightSteps steps, Plan &plan);

} // namespace tandem::cpu
