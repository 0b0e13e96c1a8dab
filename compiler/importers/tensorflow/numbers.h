#pragma once

#include "compiler/importers/common/node_builder.h"

#include <optional>
#include <vector>

namespace tandem::tensorflow {

/// The elements of a small constant, to compute with: sizes and indices for the most part. float32
/// is kept in `reals`, int32, int64 and bool in `integers`.
struct Numbers {
  mlir::Type type;
  llvm::SmallVector<int64_t> shape;
  std::vector<float> reals;
  std::vector<int64_t> integers;

  static constexpr int64_t kMost = 1 << 20;

  bool isReal() const { return type.isF32(); }
  size_t count() const { return isReal() ? reals.size() : integers.size(); }

  static bool isComputable(mlir::Type type);
  /// As many zeros as the shape has elements, which are at most kMost.
  static Numbers zeros(mlir::Type type, llvm::ArrayRef<int64_t> shape);
  static Numbers vectorOf(mlir::Type type, llvm::ArrayRef<int64_t> integers);
  static Numbers scalarOf(mlir::Type type, int64_t integer);
};

/// The elements of a value that is a constant; nothing for other values, other element types, and
/// large constants.
std::optional<Numbers> numbersOf(mlir::Value value);
/// A constant of the graph; integers wrap around to the type.
mlir::Value constantFrom(NodeBuilder &build, const Numbers &numbers);

/// Where the elements of an operand are for every element of a result that it is broadcast to, row
/// by row. The shapes broadcast.
std::vector<size_t> broadcastPlaces(llvm::ArrayRef<int64_t> operand,
                                    llvm::ArrayRef<int64_t> result);
/// NumPy's rule; nothing where the shapes do not broadcast or the result is too large.
std::optional<llvm::SmallVector<int64_t>> broadcastShape(llvm::ArrayRef<int64_t> a,
                                                         llvm::ArrayRef<int64_t> b);

} // namespace tandem::tensorflow
