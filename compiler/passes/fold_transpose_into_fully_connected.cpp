#include "compiler/passes/rewriting.h"

#include "compiler/graph/types.h"

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_FOLDTRANSPOSEINTOFULLYCONNECTED
#include "compiler/passes/passes.h.inc"

namespace {

/// fully_connected(flatten(transpose(x))) reads the elements of a row in another order: so are the
/// columns of a constant filter, and the transpose is gone.
struct FoldTranspose : OpRewritePattern<FullyConnectedOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FullyConnectedOp op, PatternRewriter &rewriter) const override {
    auto flatten = op.getInput().getDefiningOp<ReshapeOp>();
    auto transpose = flatten ? flatten.getInput().getDefiningOp<TransposeOp>() : nullptr;
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "input is not a transpose under another shape");
    RankedTensorType before = tensorType(transpose.getInput()),
                     turned = tensorType(flatten.getInput());
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    if (permutation.empty() || permutation[0] != 0 ||
        turned.getDimSize(0) != tensorType(op.getInput()).getDimSize(0))
      return rewriter.notifyMatchFailure(op, "rows are not those before the transpose");
    if (!op.getFilter().getDefiningOp<ConstantOp>())
      return rewriter.notifyMatchFailure(op, "the filter is no constant");

    // [N, K] as [N, turned...], back into the order before, and flat again: all of it folds.
    Value filter = op.getFilter();
    RankedTensorType flat = tensorType(filter);
    SmallVector<int64_t> shape(turned.getShape()), ordered(before.getShape());
    shape[0] = ordered[0] = flat.getDimSize(0);
    SmallVector<int64_t> undo(permutation.size());
    for (auto [to, from] : llvm::enumerate(permutation))
      undo[from] = to;
    Location location = filter.getLoc();
    filter = ReshapeOp::create(rewriter, location, flat.clone(shape), filter, shape);
    filter = TransposeOp::create(rewriter, location, flat.clone(ordered), filter, undo);
    filter = ReshapeOp::create(rewriter, location, flat, filter, flat.getShape());
    RankedTensorType rows = tensorType(op.getInput());
    Value input =
        ReshapeOp::create(rewriter, flatten.getLoc(), rows, transpose.getInput(), rows.getShape());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.getFilterMutable().assign(filter);
    });
    return success();
  }
};

struct FoldTransposeIntoFullyConnected
    : impl::FoldTransposeIntoFullyConnectedBase<FoldTransposeIntoFullyConnected> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldTranspose>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
