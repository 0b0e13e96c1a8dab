#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// The rows of a dense tensor along one of its dimensions: what softmax and arg_max walk.
struct Rows {
  std::vector<int64_t> sizes, strides; ///< of the other dimensions
  int64_t length, step;                ///< of a row: elements, and the distance between them

  /// The loop over all rows: `body` gets a row's first element and its number. Units are steps of
  /// the outermost dimension.
  void build(codegen::KernelBuilder &k,
             llvm::function_ref<void(mlir::Value first, mlir::Value row)> body) const;
};
Rows rowsAlong(llvm::ArrayRef<int64_t> shape, int64_t axis);

} // namespace tandem::cpu
