#pragma once

#include "backends/cpu/compile/plan.h"
#include "backends/cpu/compile/strided.h"

namespace tandem::cpu {

/// What a loop over elements reads, and what it makes of that. Plain data for a kernel.
struct ElementReads {
  struct Leaf {
    std::optional<float> number; ///< it is this constant
    unsigned buffer = 0;
    std::vector<int64_t> strides; ///< of the dimensions that the loop has
  };
  std::vector<Leaf> leaves;
  Expression expression;

  /// One element; `at` has a place for each leaf.
  mlir::Value element(codegen::KernelBuilder &k, llvm::ArrayRef<mlir::Value> at) const;
  /// Elements side by side in the last dimension, of ops that take vectors.
  mlir::Value elements(codegen::KernelBuilder &k, mlir::VectorType type,
                       llvm::ArrayRef<mlir::Value> at) const;
};

/// Ops that are done in one loop, from the last one back.
class ElementLoop {
public:
  explicit ElementLoop(Plan &plan) : plan_(plan) {}

  /// An operand of the op that is planned now, and the ops that were left to that to compute it.
  unsigned read(mlir::Value operand);
  /// The same of all operands of an op, and what that makes of them.
  void add(mlir::Operation *op, Combine combine);
  /// What was read or added last, over dimensions of these sizes.
  ElementReads reads(llvm::ArrayRef<int64_t> sizes, Buffers &buffers) const;

  llvm::ArrayRef<mlir::Operation *> ops() const { return ops_; }
  llvm::ArrayRef<mlir::Value> leaves() const { return leaves_; }

private:
  Plan &plan_;
  Expression expression_;
  llvm::SmallVector<mlir::Operation *> ops_;
  llvm::SmallVector<mlir::Value> leaves_;
  llvm::DenseMap<mlir::Value, unsigned> nodeOf_;
};

/// The steps of an op on single elements: one, with a loop that does all ops whose results only it
/// reads, too (Chains). Nothing for an op that belongs to a later one.
void planChain(mlir::Operation *op, Plan &plan);

/// A step for an op whose operands' shapes broadcast to that of its result, as in NumPy.
void planBroadcast(mlir::Operation *op, const Combine &combine, Plan &plan);

} // namespace tandem::cpu
