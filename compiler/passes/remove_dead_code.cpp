#include "compiler/passes/rewriting.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace tandem {
#define GEN_PASS_DEF_REMOVEDEADCODE
#include "compiler/passes/passes.h.inc"

namespace {
struct RemoveDeadCode : impl::RemoveDeadCodeBase<RemoveDeadCode> {
  void runOnOperation() override {
    // Readers come after what they read: backwards, one walk finds all.
    for (Block &block : getOperation().getBody())
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
        if (isOpTriviallyDead(&op))
          op.erase();
  }
};
} // namespace

} // namespace tandem
