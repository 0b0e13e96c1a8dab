#include "compiler/passes/rewriting.h"

#include "compiler/graph/build.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_COMPUTEONCODES
#include "compiler/passes/passes.h.inc"

namespace {

bool isPerTensor(Value value) {
  return isa<quant::UniformQuantizedType>(getElementTypeOrSelf(value));
}
ElementType storageOf(Value value) {
  return *elementTypeOf(getElementTypeOrSelf(value));
}

/// Ops whose result has the elements of their input and nothing else, so that they do on codes what
/// they do on numbers.
bool movesElements(Operation *op) {
  return TypeSwitch<Operation *, bool>(op)
      .Case<ReshapeOp, TransposeOp, SliceOp, ReduceMaxOp, ReduceMinOp, ResizeNearestOp,
            SpaceToDepthOp, DepthToSpaceOp>([](Operation *) { return true; })
      .Case<MaxPool2dOp>([](auto pool) { return pool.getActivation() == Activation::None; })
      .Case<PadOp>([](auto pad) { return pad.getValue().isZero(); })
      .Default(false);
}

/// The type of a mover's result when its input is quantized: scales along a dimension go where a
/// transpose takes it, and nowhere else.
Type movedType(Operation *op, Type element) {
  if (!isa<quant::UniformQuantizedPerAxisType>(element))
    return element;
  auto transpose = dyn_cast<TransposeOp>(op);
  return transpose ? transposedElement(element, transpose.getPermutation()) : Type();
}

/// A copy of an op of one result over other operands, with elements of another type.
Value copyWith(Operation *op, ValueRange operands, Type element, PatternRewriter &rewriter) {
  Operation *copy = rewriter.clone(*op);
  copy->setOperands(operands);
  copy->getResult(0).setType(cast<RankedTensorType>(op->getResult(0).getType()).clone(element));
  return copy->getResult(0);
}

/// mover(dequantize(x)) -> dequantize(mover(x)).
struct MoveCodes : RewritePattern {
  explicit MoveCodes(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!movesElements(op))
      return failure();
    auto dequantize = op->getOperand(0).getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "input is not a dequantize");
    Type type = movedType(op, getElementTypeOrSelf(dequantize.getInput()));
    if (!type)
      return rewriter.notifyMatchFailure(op, "it is quantized per axis");
    Value moved = copyWith(op, dequantize.getInput(), type, rewriter);
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, op->getResult(0).getType(), moved);
    return success();
  }
};

/// quantize(mover(x)) -> mover(quantize(x)), where x is what a computation gives: so that the
/// quantize comes to stand behind that.
struct QuantizeEarlier : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    Operation *mover = op.getInput().getDefiningOp();
    if (!mover || !movesElements(mover) || !op.getInput().hasOneUse() ||
        !getElementTypeOrSelf(op.getInput()).isF32() || !isPerTensor(op.getResult()))
      return rewriter.notifyMatchFailure(op, "input is no mover that is read here only");
    Value input = mover->getOperand(0);
    if (!input.getDefiningOp())
      return rewriter.notifyMatchFailure(op, "it moves an argument");
    Type element = getElementTypeOrSelf(op.getType());
    Value codes =
        QuantizeOp::create(rewriter, op.getLoc(), tensorType(input).clone(element), input);
    rewriter.replaceOp(op, copyWith(mover, codes, element, rewriter));
    return success();
  }
};

/// Functions of one element that have a form on codes.
bool isFunction(Operation *op) {
  return isa<ReluOp, Relu6Op, ReluN1To1Op, LeakyReluOp, HardSwishOp, SigmoidOp, TanhOp,
             HardSigmoidOp, GeluOp, EluOp>(op);
}

/// function(transpose(x)) -> transpose(function(x)): the transposes of a layout stand between a
/// convolution and its activation.
struct FunctionEarlier : RewritePattern {
  explicit FunctionEarlier(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isFunction(op))
      return failure();
    Operation *mover = op->getOperand(0).getDefiningOp();
    if (!isa_and_nonnull<TransposeOp, ReshapeOp>(mover) || !mover->hasOneUse() ||
        isQuantized(op->getOperand(0).getType()) || isQuantized(op->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "input is no transpose that is read here only");
    Value before = mover->getOperand(0);
    Operation *moved = rewriter.clone(*op);
    moved->setOperands(before);
    moved->getResult(0).setType(before.getType());
    rewriter.replaceOp(
        op, copyWith(mover, moved->getResult(0), getElementTypeOrSelf(before), rewriter));
    return success();
  }
};

/// quantize(dequantize(x)) -> x, or x with another scale.
struct QuantizeAgain : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || !isPerTensor(dequantize.getInput()) || !isPerTensor(op.getResult()))
      return rewriter.notifyMatchFailure(op, "input is not a dequantize of one scale");
    Value codes = dequantize.getInput();
    if (codes.getType() == op.getType())
      rewriter.replaceOp(op, codes);
    else
      rewriter.replaceOpWithNewOp<QuantizeOp>(op, op.getType(), codes);
    return success();
  }
};

/// The codes behind a dequantize of the same storage as the result; null when there are none.
Value codesOf(Value value, ElementType storage) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (!dequantize || !isPerTensor(dequantize.getInput()) ||
      storageOf(dequantize.getInput()) != storage)
    return Value();
  return dequantize.getInput();
}

/// A product's bias as i32 at the scale of its sums: input scale times filter scale, which is per
/// channel with the filter. Codes of i32 that have this scale already are taken as they are.
Value biasInCodes(Value bias, const Quantization &input, const Quantization &filter,
                  PatternRewriter &rewriter) {
  DequantizeOp dequantize = bias.getDefiningOp<DequantizeOp>();
  std::optional<ConstantBytes> bytes = constantOf(dequantize ? dequantize.getInput() : bias);
  if (!bytes)
    return Value();
  Quantization own =
      dequantize ? quantizationOf(getElementTypeOrSelf(dequantize.getInput())) : Quantization();
  if (dequantize && storageOf(dequantize.getInput()) != ElementType::kI32)
    return Value();
  SmallVector<int32_t> codes;
  for (int64_t i = 0, end = tensorType(bias).getNumElements(); i < end; ++i) {
    double scale = double(input.scales[0]) * filter.scales[filter.perChannel() ? i : 0];
    size_t channel = own.perChannel() ? i : 0;
    double real = dequantize ? double(own.scales[channel]) *
                                   (bytes->as<int32_t>()[i] - double(own.zeroPoints[channel]))
                             : bytes->as<float>()[i];
    double code = std::round(real / scale);
    if (!(std::abs(code) <= INT32_MAX))
      return Value();
    codes.push_back(static_cast<int32_t>(code));
  }
  auto type = RankedTensorType::get(codes.size(), rewriter.getI32Type());
  return createConstant<int32_t>(rewriter, bias.getLoc(), type, codes);
}

/// Whether these are codes of a constant, maybe in another order.
bool isConstant(Value codes) {
  while (Operation *op = codes.getDefiningOp()) {
    if (isa<ConstantOp>(op))
      return true;
    if (!isa<TransposeOp, ReshapeOp>(op))
      return false;
    codes = op->getOperand(0);
  }
  return false;
}

/// The operands of a convolution or matrix product on codes; none when one of them has no codes.
SmallVector<Value> productOperands(Operation *op, int64_t outputAxis, ElementType storage,
                                   PatternRewriter &rewriter) {
  Value input = codesOf(op->getOperand(0), storage);
  auto weights = op->getOperand(1).getDefiningOp<DequantizeOp>();
  if (!input || !weights || !isConstant(weights.getInput()))
    return {};
  ElementType stored = storageOf(weights.getInput());
  Quantization filter = quantizationOf(getElementTypeOrSelf(weights.getInput()));
  if ((stored != ElementType::kI8 && stored != ElementType::kU8) ||
      (filter.perChannel() && filter.axis != outputAxis))
    return {};
  SmallVector<Value> operands = {input, weights.getInput()};
  if (op->getNumOperands() < 3)
    return operands;
  Value bias =
      biasInCodes(op->getOperand(2), quantizationOf(getElementTypeOrSelf(input)), filter, rewriter);
  if (!bias)
    return {};
  operands.push_back(bias);
  return operands;
}

/// What `op` reads when it computes on codes of `storage`; none when it does not. `sameType`: its
/// result has to have its input's type.
SmallVector<Value> operandsOnCodes(Operation *op, Type result, PatternRewriter &rewriter) {
  ElementType storage = *elementTypeOf(result);
  auto all = [&](bool oneType) -> SmallVector<Value> {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      Value codes = codesOf(operand, storage);
      if (!codes || (oneType && getElementTypeOrSelf(codes) != result))
        return {};
      operands.push_back(codes);
    }
    return operands;
  };
  return TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case<Conv2dOp, FullyConnectedOp, TransposeConv2dOp>(
          [&](Operation *) { return productOperands(op, /*outputAxis=*/0, storage, rewriter); })
      .Case<DepthwiseConv2dOp>(
          [&](Operation *) { return productOperands(op, kChannel, storage, rewriter); })
      .Case<AddOp, SubOp, MulOp, ConcatOp, MeanOp>([&](Operation *) { return all(false); })
      .Case<AveragePool2dOp, MaxPool2dOp, MaximumOp, MinimumOp, ResizeBilinearOp>(
          [&](Operation *) { return all(true); })
      .Default([&](Operation *) { return isFunction(op) ? all(false) : SmallVector<Value>(); });
}

/// The activation that a relu of some kind is.
Activation activationOf(Operation *op) {
  return TypeSwitch<Operation *, Activation>(op)
      .Case<ReluOp>([](Operation *) { return Activation::Relu; })
      .Case<Relu6Op>([](Operation *) { return Activation::Relu6; })
      .Case<ReluN1To1Op>([](Operation *) { return Activation::ReluN1To1; })
      .Default(Activation::None);
}

/// Whether the op can apply an activation and applies none yet; sets it when there is one to set.
bool takesActivation(Operation *op, Activation activation = Activation::None) {
  return TypeSwitch<Operation *, bool>(op)
      .Case<Conv2dOp, DepthwiseConv2dOp, TransposeConv2dOp, FullyConnectedOp, AddOp, SubOp, MulOp>(
          [&](auto each) {
            if (each.getActivation() != Activation::None)
              return false;
            if (activation != Activation::None)
              each.setActivation(activation);
            return true;
          })
      .Default(false);
}

/// quantize(op(dequantize(x), ...)) -> op(x, ...) on codes, with the activation between, if any.
struct ComputeOnCodesPattern : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp quantize, PatternRewriter &rewriter) const override {
    Operation *op = quantize.getInput().getDefiningOp();
    Type result = getElementTypeOrSelf(quantize.getType());
    if (!op || !quantize.getInput().hasOneUse() || !isPerTensor(quantize.getResult()) ||
        op->getNumResults() != 1 || !isa<GraphDialect>(op->getDialect()))
      return rewriter.notifyMatchFailure(quantize, "the value before it is read elsewhere too");
    SmallVector<Value> operands = operandsOnCodes(op, result, rewriter);
    if (!operands.empty()) {
      rewriter.replaceOp(quantize, copyWith(op, operands, result, rewriter));
      return success();
    }
    Activation activation = activationOf(op);
    Operation *producer =
        activation == Activation::None ? nullptr : op->getOperand(0).getDefiningOp();
    if (!producer || !op->getOperand(0).hasOneUse() || !takesActivation(producer))
      return rewriter.notifyMatchFailure(quantize, "the op before it does not compute on codes");
    operands = operandsOnCodes(producer, result, rewriter);
    if (operands.empty())
      return rewriter.notifyMatchFailure(quantize, "the op before it does not compute on codes");
    Value codes = copyWith(producer, operands, result, rewriter);
    (void)takesActivation(codes.getDefiningOp(), activation);
    rewriter.replaceOp(quantize, codes);
    return success();
  }
};

struct ComputeOnCodes : impl::ComputeOnCodesBase<ComputeOnCodes> {
  void runOnOperation() override {
    if (!getOperation()->hasAttr("graph.codes_between_quantize"))
      return;
    getOperation()->removeAttr("graph.codes_between_quantize");
    RewritePatternSet patterns(&getContext());
    patterns.add<MoveCodes, FunctionEarlier, QuantizeEarlier, QuantizeAgain, ComputeOnCodesPattern>(
        &getContext());
    GreedyRewriteConfig config;
    // A folder would turn constants behind a dequantize into f32.
    config.enableFolding(false).enableConstantCSE(false);
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    (void)applyPatternsGreedily(getOperation(), std::move(patterns), config);
  }
};
} // namespace

} // namespace tandem
