#pragma once

#include "backends/cpu/compile/expression.h"
#include "compiler/graph/graph.h"

#include <optional>
#include <vector>

namespace tandem::cpu {

class Plan;

/// What a tail reads besides the result that it goes on with.
struct TailLeaf {
  mlir::Value value; ///< null: that result
  /// The shape that it broadcasts to: its rows are those of the result, maybe under another shape.
  llvm::SmallVector<int64_t> box;
  /// With fewer channels than the result, to which zeros are added.
  bool isPadded = false;
};

/// What is done to a result while it is still in registers.
struct Tail {
  Expression expression; ///< leaf 0 is the result
  std::vector<TailLeaf> leaves;
  bool isLong = false;                  ///< dozens of instructions for each vector
  std::vector<mlir::Operation *> fused; ///< graph ops that need no kernel of their own any more
  mlir::Value result;                   ///< what the kernel writes

  /// Whether it reads anything that is not the same for all pixels.
  bool readsPixels() const;
};

/// The tail of `op`, whose f32 result has channels last: its own activation, then all ops on single
/// elements that can be applied in registers: their other operands are there when `op` runs, and
/// nothing else reads what is between them.
Tail fuseTail(mlir::Operation *op, graph::Activation activation, const Plan &plan);

/// The range that an activation clamps to; infinite where it does not.
std::pair<float, float> clampRange(graph::Activation activation);

/// A tail as plain data for a kernel: operands are buffers.
struct TailCode {
  /// One of the dimensions that rows of channels are counted by: there are `inner` of them between
  /// two of its entries, which lie `stride` elements apart in the operand.
  struct Dimension {
    int64_t inner, size, stride;
  };
  struct Leaf {
    std::optional<float> number = std::nullopt; ///< it is this constant
    unsigned buffer = 0;
    std::vector<Dimension> rows = {}; ///< from the innermost one; none where all rows read the same
    bool oneColumn = false;           ///< rows of one element
    bool perChannel = false;          ///< constants, padded as those of the epilogue are
    int64_t channels = 0;             ///< of a row, where zeros are behind them
  };
  Expression expression;
  std::vector<Leaf> leaves = {};
  int64_t rows = 1, resultStep = 1; ///< of the result; from row to row
  bool isGrouped = false;           ///< channels are counted by groups with space between them
};

/// Applies it to a vector that goes to `index` of the output and belongs to channels from
/// `channel`.
mlir::Value applyTail(codegen::KernelBuilder &k, const TailCode &tail, mlir::Value value,
                      mlir::Value index, mlir::Value channel);

} // namespace tandem::cpu
