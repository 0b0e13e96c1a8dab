#include "compiler/importers/torch/constancy.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace tandem::torch {

bool areOfConstants(ArrayRef<Value> values) {
  SmallVector<Value> open(values);
  llvm::SmallPtrSet<Operation *, 32> seen;
  while (!open.empty()) {
    Operation *maker = open.pop_back_val().getDefiningOp();
    if (!maker || isa<UnrealizedConversionCastOp>(maker)) // an input; what stands in for a result
      return false;
    if (seen.insert(maker).second)
      llvm::append_range(open, maker->getOperands());
  }
  return true;
}

} // namespace tandem::torch
