#pragma once

#include "compiler/codegen/kernel_builder.h"

#include <vector>

namespace tandem::cpu {

/// Loops over a box of indices, and where each of several operands has its element for an index:
/// the form that elementwise ops, broadcasts, copies, slices and transposes have in common.
class StridedNest {
public:
  explicit StridedNest(llvm::ArrayRef<int64_t> sizes) : sizes_(sizes.begin(), sizes.end()) {}

  /// Strides in elements, one per dimension; returns the operand's number.
  unsigned add(llvm::ArrayRef<int64_t> strides, int64_t offset = 0);
  /// A tensor of this shape, broadcast to the box as NumPy does.
  unsigned addBroadcast(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> strides);
  unsigned addDense(llvm::ArrayRef<int64_t> shape);

  /// The loops. The body gets an index per operand. Splits into units over the outermost dimension.
  void build(codegen::KernelBuilder &k,
             llvm::function_ref<void(llvm::ArrayRef<mlir::Value> indices)> body);

private:
  void simplify();

  std::vector<int64_t> sizes_;
  std::vector<std::vector<int64_t>> strides_; ///< [operand][dimension]
  std::vector<int64_t> offsets_;
};

/// The strides of a tensor of this shape in a box that it broadcasts to: 0 where it has one element
/// for all.
std::vector<int64_t> broadcastStrides(llvm::ArrayRef<int64_t> box, llvm::ArrayRef<int64_t> shape,
                                      llvm::ArrayRef<int64_t> strides);

/// `rows` of `elements` contiguous elements each, in chunks that are worth a thread's attention.
/// Units are chunks.
struct Chunks {
  int64_t rows, elements;

  int64_t perRow() const;
  /// The body gets a chunk's number, its row, and its elements: [from, to) of all.
  void build(
      codegen::KernelBuilder &k,
      llvm::function_ref<void(mlir::Value chunk, mlir::Value row, mlir::Value from, mlir::Value to)>
          body) const;
};

/// Strides of a dense tensor, innermost 1.
std::vector<int64_t> denseStrides(llvm::ArrayRef<int64_t> shape);

} // namespace tandem::cpu
