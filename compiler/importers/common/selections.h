#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

// Elements chosen by indices or by their order, as frameworks name it. Indices are i32 or i64, and
// count from the back where they are negative. Each is failed when an operand is.

/// The integers of a constant; nothing when the value is none, or has no integers.
std::optional<llvm::SmallVector<int64_t>> knownIntegers(mlir::Value value);

/// The slices of dimension `axis` that indices of any shape name.
MaybeValue takeAlong(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t axis);
/// For each index the element at its own place, but with the index along `axis`.
MaybeValue gatherElements(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t axis);
/// The last dimension of the indices names places in the first dimensions of `x` behind the
/// `batchDims` that both share.
MaybeValue gatherNd(NodeBuilder &build, MaybeValue x, MaybeValue indices, int64_t batchDims);
/// Element i of the result is element places[i] of `x`, both row by row.
MaybeValue rearranged(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<int64_t> places);

/// The places in a tensor of `shape` of the elements that indices along `axis` name, one for each
/// (as in gatherElements). Nothing when an index is outside.
std::optional<llvm::SmallVector<int64_t>> placesAlong(llvm::ArrayRef<int64_t> shape,
                                                      llvm::ArrayRef<int64_t> indices,
                                                      llvm::ArrayRef<int64_t> indexShape,
                                                      int64_t axis);

struct TopK {
  MaybeValue values, indices; ///< the latter i32
};
/// The `k` largest (or smallest) elements along a dimension, best first.
TopK topK(NodeBuilder &build, MaybeValue x, int64_t k, int64_t axis, bool largest);

/// 0, 1, 2, ... along dimension `axis` of a tensor that broadcasts to `rank` dimensions.
MaybeValue countAlong(NodeBuilder &build, mlir::Type type, int64_t rank, int64_t axis,
                      int64_t size);

/// In a new dimension of `depth` at `axis`: `on` where the index is, `off` elsewhere; both have one
/// element.
MaybeValue oneHot(NodeBuilder &build, MaybeValue indices, int64_t depth, int64_t axis,
                  MaybeValue on, MaybeValue off);

/// Sums (or products) of the elements up to each along a dimension: without its own element when
/// `exclusive`, from the last one on when `backwards`.
struct Cumulation {
  int64_t axis = 0;
  bool exclusive = false, backwards = false, multiplies = false;
};
MaybeValue cumulate(NodeBuilder &build, MaybeValue x, const Cumulation &how);

/// A dimension (or several) read from the last element to the first.
MaybeValue reversed(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> axes);
/// Of each entry of dimension `batch` the first lengths[entry] places along `time` backwards.
MaybeValue reverseStarts(NodeBuilder &build, MaybeValue x, llvm::ArrayRef<int64_t> lengths,
                         int64_t batch, int64_t time);

/// `x` where the mask (truth values, broadcast) holds, the number elsewhere.
MaybeValue keepWhere(NodeBuilder &build, MaybeValue mask, MaybeValue x, double elsewhere);

} // namespace tandem
