#pragma once

#include "compiler/backend/backend.h"

#include "llvm/ADT/DenseMap.h"

namespace tandem::cpu {

/// Where a value lies inside another one: what a concat or a pad takes is written into its result
/// at once, what a slice gives is read where it is. Nothing is left to copy.
struct Slice {
  mlir::Value of; ///< has a buffer, or is a slice under another shape
  int64_t offset; ///< elements of it
  int64_t step;   ///< from row to row of the value's last dimension, a row where it is dense
};
using Slices = llvm::DenseMap<mlir::Value, Slice>;

/// Elements of a row, the last dimension.
int64_t rowOf(mlir::Value value);

/// Which tensors of an op may have their rows apart: none, its result, the first operand too, or
/// all. Dense ones may be anywhere.
enum class RowsApart { kNone, kResult, kFirst, kAll };

struct SliceRules {
  llvm::function_ref<RowsApart(mlir::Operation *)> rowsApart;
  /// Whether both values are stored in the same way.
  llvm::function_ref<bool(mlir::Value, mlir::Value)> storedAlike;
  llvm::function_ref<int64_t(mlir::Value)> bytesOf; ///< of the value by itself
};

/// All values of the region that can be slices, also of slices and through reshapes. One that
/// several concats take, or one twice, lies in one place and is copied to the others. Left out are
/// those for which a whole would be there so early, or so late, that the region would take a
/// sixteenth more memory than with copies (life_estimate.h).
Slices chooseSlices(const Region &region, const SliceRules &rules);

} // namespace tandem::cpu
