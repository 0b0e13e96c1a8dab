#pragma once

#include "backends/cpu/compile/slices.h"

#include <vector>

namespace tandem::cpu {

/// How much memory the values of a region take at the most at one time, as far as that is known
/// before its ops are planned: without what single steps need besides, and with elementwise ops,
/// which may be fused, in the memory of an operand that nothing reads after them.
class LifeEstimate {
public:
  LifeEstimate(const Region &region, llvm::function_ref<int64_t(mlir::Value)> bytesOf);

  /// Bytes of the results of the region's ops with these slices: what lies in a whole takes none,
  /// and the whole is there from the first of them to be written to the last to be read.
  int64_t mostAlive(const Slices &slices) const;

private:
  /// The result of an op; ops are counted in order.
  struct Life {
    mlir::Value value;
    int64_t bytes = 0;
    size_t last = 0; ///< the last op that reads it
    /// The values whose memory it may take, if none of both is a slice.
    llvm::SmallVector<size_t, 2> takesFrom;
    bool isView = false; ///< has the bytes of takesFrom, whatever they are
  };
  void findSharing(mlir::Operation *op, Life &life);
  /// In whose memory a value lies; `memories`: that of those before.
  size_t memoryOf(size_t value, const Slices &slices, llvm::ArrayRef<size_t> memories) const;

  std::vector<Life> lives_; ///< by op
  llvm::DenseMap<mlir::Value, size_t> numberOf_;
};

} // namespace tandem::cpu
