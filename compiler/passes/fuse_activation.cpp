#include "compiler/passes/rewriting.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_FUSEACTIVATION
#include "compiler/passes/passes.h.inc"

namespace {

/// Sets the activation of an op that has the attribute and none yet.
bool setActivation(Operation *producer, Activation activation, PatternRewriter &rewriter) {
  return TypeSwitch<Operation *, bool>(producer)
      .Case<Conv2dOp, DepthwiseConv2dOp, TransposeConv2dOp, FullyConnectedOp, AddOp, SubOp, MulOp,
            DivOp, MaxPool2dOp, AveragePool2dOp, L2Pool2dOp>([&](auto op) {
        if (op.getActivation() != Activation::None)
          return false;
        rewriter.modifyOpInPlace(op, [&] { op.setActivation(activation); });
        return true;
      })
      .Default(false);
}

/// `ReluOp` is any of the clamping unary ops.
template <typename ReluOp, Activation activation> struct Fuse : OpRewritePattern<ReluOp> {
  using OpRewritePattern<ReluOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ReluOp relu, PatternRewriter &rewriter) const override {
    Operation *producer = relu.getInput().getDefiningOp();
    if (!producer)
      return rewriter.notifyMatchFailure(relu, "input is an argument");
    if (!relu.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(relu, "the value before it is read elsewhere too");
    if (relu.getInput().getType() !=
        relu.getType()) // it requantizes, which takes a second rounding
      return rewriter.notifyMatchFailure(relu, "input and result are quantized differently");
    if (!setActivation(producer, activation, rewriter))
      return rewriter.notifyMatchFailure(relu, "the producer takes no (second) activation");
    rewriter.replaceOp(relu, producer->getResult(0));
    return success();
  }
};

struct FuseActivation : impl::FuseActivationBase<FuseActivation> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Fuse<ReluOp, Activation::Relu>, Fuse<Relu6Op, Activation::Relu6>,
                 Fuse<ReluN1To1Op, Activation::ReluN1To1>>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
