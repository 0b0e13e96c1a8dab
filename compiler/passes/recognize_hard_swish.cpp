#include "compiler/passes/rewriting.h"

#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_RECOGNIZEHARDSWISH
#include "compiler/passes/passes.h.inc"

namespace {

/// A constant whose elements all are `number`, as nearly as f32 has it: 1/6 is written in many
/// ways.
bool isEverywhere(Value value, float number) {
  std::optional<double> element = numberEverywhere(value);
  return element && std::abs(*element - number) <= number * 1e-6;
}

/// The other operand of a commutative op, when one is that number everywhere.
template <typename OpT> Value besideNumber(OpT op, float number) {
  if (isEverywhere(op.getRhs(), number))
    return op.getLhs();
  return isEverywhere(op.getLhs(), number) ? Value(op.getRhs()) : Value();
}

/// x, where the value is relu6(x + 3), whoever clamps it; of x's shape, so that x + 3 does not
/// broadcast x.
Value openedBy(Value gate) {
  auto sum = gate.getDefiningOp<AddOp>();
  bool clamped = sum && sum.getActivation() == Activation::Relu6;
  if (auto relu = gate.getDefiningOp<Relu6Op>()) {
    sum = relu.getInput().getDefiningOp<AddOp>();
    clamped = sum && sum.getActivation() == Activation::None;
  }
  Value x = clamped ? besideNumber(sum, 3) : Value();
  return x && x.getType() == gate.getType() ? x : Value();
}

/// y, where the op is y / 6.
Value sixfold(Operation *op) {
  if (auto product = dyn_cast<MulOp>(op); product && product.getActivation() == Activation::None)
    return besideNumber(product, 1.0f / 6);
  if (auto quotient = dyn_cast<DivOp>(op); quotient && quotient.getActivation() == Activation::None)
    return isEverywhere(quotient.getRhs(), 6) ? Value(quotient.getLhs()) : Value();
  return nullptr;
}

/// x, where the value is x * relu6(x + 3).
Value swishedBy(Value value) {
  auto product = value.getDefiningOp<MulOp>();
  if (!product || product.getActivation() != Activation::None)
    return nullptr;
  for (auto [x, gate] : {std::pair(product.getLhs(), product.getRhs()),
                         std::pair(product.getRhs(), product.getLhs())})
    if (openedBy(gate) == x)
      return x;
  return nullptr;
}

/// relu6(x + 3) / 6 and x * relu6(x + 3) / 6, divided by 6 in the end.
struct RecognizeSixth : RewritePattern {
  explicit RecognizeSixth(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    Value whole = isa<MulOp, DivOp>(op) ? sixfold(op) : Value();
    if (!whole)
      return failure(); // most ops: not worth a line of the log each
    Type type = op->getResult(0).getType();
    if (whole.getType() != type)
      return rewriter.notifyMatchFailure(op, "the division broadcasts");
    if (Value x = swishedBy(whole))
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, type, x);
    else if (Value gated = openedBy(whole))
      rewriter.replaceOpWithNewOp<HardSigmoidOp>(op, type, gated);
    else
      return rewriter.notifyMatchFailure(op, "what is divided by 6 has no relu6 of x + 3");
    return success();
  }
};

/// x * hard_sigmoid(x), which the pattern above has left of a division in the middle.
struct RecognizeGated : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    if (op.getActivation() != Activation::None)
      return rewriter.notifyMatchFailure(op, "has an activation of its own");
    for (auto [x, gate] :
         {std::pair(op.getLhs(), op.getRhs()), std::pair(op.getRhs(), op.getLhs())}) {
      auto sigmoid = gate.getDefiningOp<HardSigmoidOp>();
      if (!sigmoid || sigmoid.getInput() != x || !getElementTypeOrSelf(op.getType()).isF32())
        continue;
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, op.getType(), x);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no factor is the hard_sigmoid of the other");
  }
};

struct RecognizeHardSwish : impl::RecognizeHardSwishBase<RecognizeHardSwish> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeSixth, RecognizeGated>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
