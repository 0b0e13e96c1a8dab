#pragma once

#include "compiler/codegen/kernel_builder.h"
#include "compiler/graph/graph.h"

#include <vector>

namespace tandem::cpu {

/// What is done to a result while it is still in registers, in order.
struct TailOp {
  enum Kind { kClamp, kAdd, kPrelu } kind;
  float low = 0, high = 0; ///< kClamp
  /// kAdd: a tensor of the result's shape, or with fewer channels, to which zeros are added.
  /// kPrelu: one slope per channel.
  mlir::Value operand;
};

/// The ops after an op that run inside its kernel.
struct Tail {
  std::vector<TailOp> ops;
  std::vector<mlir::Operation *> fused; ///< graph ops that need no kernel of their own any more
  mlir::Value result;                   ///< what the kernel writes
};

/// The tail of `op`, whose f32 result has channels last: its own activation, then every op that is
/// the only user of what comes before it and can be applied in registers. `ready` says whether a
/// value exists when `op` runs.
Tail fuseTail(mlir::Operation *op, graph::Activation activation,
              llvm::function_ref<bool(mlir::Value)> ready,
              llvm::function_ref<bool(mlir::Value)> visible);

/// The range that an activation clamps to; infinite where it does not.
std::pair<float, float> clampRange(graph::Activation activation);

/// A tail as plain data for a kernel: operands are buffers.
struct TailCode {
  struct Op {
    TailOp::Kind kind;
    float low, high;
    unsigned buffer;
    int64_t step = 0, resultStep = 0; ///< kAdd: from pixel to pixel of the operand, of the result
    int64_t channels = 0;             ///< kAdd: of the operand, where it has fewer
  };
  std::vector<Op> ops;
};

/// Applies it to a vector that goes to `index` of the output and belongs to channels from
/// `channel`.
mlir::Value applyTail(codegen::KernelBuilder &k, const TailCode &tail, mlir::Value value,
                      mlir::Value index, mlir::Value channel);

} // namespace tandem::cpu
