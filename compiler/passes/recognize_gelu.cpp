#include "compiler/passes/rewriting.h"

#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_RECOGNIZEGELU
#include "compiler/passes/passes.h.inc"

namespace {

/// A product taken apart: the numbers in it as one, and the rest.
struct Product {
  double number = 1;
  SmallVector<Value, 2> factors;
};

/// `depth` keeps long chains of products from being walked again and again.
void takeApart(Value value, Product &product, int depth) {
  constexpr int kDeepest = 3;
  auto mul = value.getDefiningOp<MulOp>();
  auto div = value.getDefiningOp<DivOp>();
  bool isPlain = (mul && mul.getActivation() == Activation::None) ||
                 (div && div.getActivation() == Activation::None);
  if (isPlain && depth < kDeepest) {
    Operation *op = value.getDefiningOp();
    for (auto [number, other] : {std::pair(op->getOperand(1), op->getOperand(0)),
                                 std::pair(op->getOperand(0), op->getOperand(1))}) {
      std::optional<double> constant = numberEverywhere(number);
      if (!constant || other.getType() != value.getType() || (div && number == op->getOperand(0)))
        continue;
      product.number *= mul ? *constant : 1 / *constant;
      return takeApart(other, product, depth + 1);
    }
    if (mul && mul.getLhs().getType() == value.getType() &&
        mul.getRhs().getType() == value.getType()) {
      takeApart(mul.getLhs(), product, depth + 1);
      takeApart(mul.getRhs(), product, depth + 1);
      return;
    }
  }
  product.factors.push_back(value);
}

bool isNear(double a, double b) {
  return std::abs(a - b) <= 1e-6 * std::abs(b);
}

/// x, where the value is 1 + erf(x / sqrt(2)).
Value gatedBy(Value value) {
  auto sum = value.getDefiningOp<AddOp>();
  if (!sum || sum.getActivation() != Activation::None)
    return nullptr;
  for (auto [one, other] :
       {std::pair(sum.getRhs(), sum.getLhs()), std::pair(sum.getLhs(), sum.getRhs())}) {
    std::optional<double> number = numberEverywhere(one);
    auto erf = other.getDefiningOp<ErfOp>();
    if (!number || *number != 1 || !erf || erf.getType() != value.getType())
      continue;
    Product inner;
    takeApart(erf.getInput(), inner, 0);
    if (inner.factors.size() == 1 && isNear(inner.number, std::sqrt(0.5)))
      return inner.factors[0];
  }
  return nullptr;
}

struct Recognize : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32() || op.getActivation() != Activation::None)
      return failure(); // most are none: not worth a line of the log each
    Product product;
    takeApart(op.getResult(), product, 0);
    if (product.factors.size() != 2 || !isNear(product.number, 0.5))
      return failure();
    for (auto [x, gate] : {std::pair(product.factors[0], product.factors[1]),
                           std::pair(product.factors[1], product.factors[0])})
      if (x.getType() == op.getType() && gatedBy(gate) == x) {
        rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x);
        return success();
      }
    return rewriter.notifyMatchFailure(op, "half a product, but without 1 + erf(x / sqrt(2))");
  }
};

struct RecognizeGelu : impl::RecognizeGeluBase<RecognizeGelu> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Recognize>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
