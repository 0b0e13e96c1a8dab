#include "compiler/passes/rewriting.h"

namespace tandem {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "compiler/passes/passes.h.inc"

namespace {
struct FoldConstants : impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    addCanonicalizations(patterns);
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
