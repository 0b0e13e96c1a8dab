#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// The rows of a dense tensor along one of its dimensions: what softmax and arg_max walk.
struct Rows {
  std::vector<int64_t> sizes, strides; ///< of the other dimensions
  int64_t length, step;                ///< of a row: elements, and the distance between them

  int64_t count() const { return llvm::product_of(sizes); }
  /// The loop over all rows: `body` gets a row's first element and its number. Units are steps of
  /// the outermost dimension.
  void build(codegen::KernelBuilder &k,
             llvm::function_ref<void(mlir::Value first, mlir::Value row)> body) const;
  /// Where element `i` of the row from `first` on lies.
  mlir::Value place(codegen::KernelBuilder &k, mlir::Value first, mlir::Value i) const {
    return k.add(first, k.mul(i, step));
  }
  /// What `body` makes of element after element and of what it made so far, `start` at first.
  mlir::Value reduce(codegen::KernelBuilder &k, mlir::Value start,
                     llvm::function_ref<mlir::Value(mlir::Value i, mlir::Value soFar)> body) const;
};
/// Results of as many vectors by turns, so that none waits for the one before.
constexpr int64_t kTurns = 4;
/// Of `length` elements side by side, a whole vector at least: `body` takes the vector from element
/// `i` on into one of kTurns results. The last vector may have some elements once more: for what
/// does not count them, as the largest.
codegen::KernelBuilder::Values
reduceVectors(codegen::KernelBuilder &k, int64_t length, mlir::ValueRange results,
              llvm::function_ref<mlir::Value(mlir::Value i, mlir::Value result)> body);
/// Those results as one, joined in pairs.
mlir::Value joinTurns(codegen::KernelBuilder::Values results,
                      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> join);
Rows rowsAlong(llvm::ArrayRef<int64_t> shape, int64_t axis);

} // namespace tandem::cpu
