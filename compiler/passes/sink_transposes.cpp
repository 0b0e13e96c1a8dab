#include "compiler/passes/rewriting.h"

#include "compiler/graph/permute.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_SINKTRANSPOSES
#include "compiler/passes/passes.h.inc"

namespace {

bool isUnary(Operation *op) {
  return isa<ReluOp, Relu6Op, ReluN1To1Op, SigmoidOp, TanhOp, HardSwishOp, HardSigmoidOp, GeluOp,
             ExpOp, LogOp, SqrtOp, RsqrtOp, AbsOp, NegOp, FloorOp, CeilOp, RoundOp, SinOp, CosOp,
             AtanOp, ErfOp, LeakyReluOp, EluOp, QuantizeOp, DequantizeOp, CastOp, LogicalNotOp>(op);
}

bool isBinary(Operation *op) {
  return isa<AddOp, SubOp, MulOp, DivOp, MaximumOp, MinimumOp, PowOp, SquaredDifferenceOp, PreluOp,
             FloorDivOp, FloorModOp, EqualOp, NotEqualOp, LessOp, LessEqualOp, GreaterOp,
             GreaterEqualOp, LogicalAndOp, LogicalOrOp, BitwiseAndOp, BitwiseOrOp, BitwiseXorOp,
             ShiftLeftOp, ShiftRightOp>(op);
}

bool isPerAxis(Value value) {
  return isa<quant::UniformQuantizedPerAxisType>(getElementTypeOrSelf(value));
}

SmallVector<int64_t> inverse(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> result(permutation.size());
  for (auto [to, from] : llvm::enumerate(permutation))
    result[from] = to;
  return result;
}

/// `values`, one per dimension of the transposed tensor, in the order of the tensor before.
SmallVector<int64_t> before(ArrayRef<int64_t> values, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> result(values.size());
  for (auto [to, from] : llvm::enumerate(permutation))
    result[from] = values[to];
  return result;
}

/// Whether everything that reads `op` undoes the transpose that would come to stand there.
bool everyReaderUndoes(Operation *op, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> undo = inverse(permutation);
  return !op->use_empty() && llvm::all_of(op->getUsers(), [&](Operation *user) {
    auto transpose = dyn_cast<TransposeOp>(user);
    return transpose && transpose.getPermutation() == ArrayRef(undo);
  });
}

/// The shape of an operand aligned at the last dimension, as broadcasting does.
SmallVector<int64_t> alignedShape(Value value, size_t rank) {
  ArrayRef<int64_t> shape = tensorType(value).getShape();
  SmallVector<int64_t> result(rank - shape.size(), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

/// Whether `operand` of `op` is to be had in the order before the transpose at no cost at run time.
bool isFreeBefore(Operation *op, Value operand, ArrayRef<int64_t> permutation) {
  if (auto transpose = operand.getDefiningOp<TransposeOp>())
    if (transpose.getPermutation() == permutation)
      return true;
  if (isPerAxis(operand) ||
      tensorType(operand).getRank() > static_cast<int64_t>(permutation.size()))
    return false;
  return operand.getDefiningOp<ConstantOp>() ||
         movesNothing(alignedShape(operand, permutation.size()), inverse(permutation)) ||
         everyReaderUndoes(op, permutation);
}

/// `operand` in the order before the transpose. A constant's transpose is folded by the rewriter,
/// one of unit dimensions is a reshape.
Value valueBefore(Value operand, ArrayRef<int64_t> permutation, PatternRewriter &rewriter) {
  if (auto transpose = operand.getDefiningOp<TransposeOp>())
    if (transpose.getPermutation() == permutation)
      return transpose.getInput();
  RankedTensorType type = tensorType(operand);
  if (type.getNumElements() == 1 && type.getRank() == 0) // broadcasts to any shape
    return operand;
  SmallVector<int64_t> aligned = alignedShape(operand, permutation.size());
  SmallVector<int64_t> undo = inverse(permutation), shape = before(aligned, permutation);
  Location location = operand.getLoc();
  if (ArrayRef(aligned) != type.getShape())
    operand = ReshapeOp::create(rewriter, location, type.clone(aligned), operand, aligned);
  if (movesNothing(aligned, undo))
    return ReshapeOp::create(rewriter, location, type.clone(shape), operand, shape);
  return TransposeOp::create(rewriter, location, type.clone(shape), operand, undo);
}

/// The permutation that is left of `permutation` when the dimensions `axes` of its result are gone.
SmallVector<int64_t> withoutAxes(ArrayRef<int64_t> permutation, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept;
  for (auto [to, from] : llvm::enumerate(permutation))
    if (!llvm::is_contained(axes, static_cast<int64_t>(to)))
      kept.push_back(from);
  SmallVector<int64_t> sorted(kept), result;
  llvm::sort(sorted);
  for (int64_t from : kept)
    result.push_back(llvm::find(sorted, from) - sorted.begin());
  return result;
}

/// Replaces `op` by a copy over `operands`, adjusted by `adjust`, and a transpose below it. Readers
/// that undo that transpose read the copy at once: would they still stand below it when the copy is
/// looked at, the copy's own operands would be worth transposing back, and so on without end.
template <typename OpT, typename Adjust>
void moveAbove(OpT op, ValueRange operands, ArrayRef<int64_t> permutation,
               PatternRewriter &rewriter, Adjust adjust) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  auto moved = cast<OpT>(rewriter.clone(*op));
  moved->setOperands(operands);
  moved->getResult(0).setType(result.clone(before(result.getShape(), permutation)));
  adjust(moved);
  SmallVector<int64_t> undo = inverse(permutation);
  for (Operation *reader : llvm::make_early_inc_range(op->getUsers()))
    if (auto transpose = dyn_cast<TransposeOp>(reader);
        transpose && transpose.getPermutation() == ArrayRef(undo))
      rewriter.replaceOp(transpose, moved->getResult(0));
  rewriter.replaceOpWithNewOp<TransposeOp>(op, result, moved->getResult(0), permutation);
}

/// Element-wise ops, matched by kind, so that one pattern does for all.
struct SinkThroughElementwise : RewritePattern {
  explicit SinkThroughElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isUnary(op) && !isBinary(op))
      return failure(); // most ops: not worth a line of the log each
    TransposeOp transpose;
    for (Value operand : op->getOperands())
      if (auto candidate = operand.getDefiningOp<TransposeOp>(); candidate && !transpose)
        transpose = candidate;
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "no operand is a transpose");
    SmallVector<int64_t> permutation(transpose.getPermutation());
    if (tensorType(op->getResult(0)).getRank() != static_cast<int64_t>(permutation.size()) ||
        isPerAxis(op->getResult(0)) || isPerAxis(transpose.getInput()))
      return rewriter.notifyMatchFailure(op,
                                         "broadcasts to a higher rank, or is quantized per axis");
    for (Value operand : op->getOperands())
      if (!isFreeBefore(op, operand, permutation))
        return rewriter.notifyMatchFailure(op, "an operand would have to be transposed instead");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(valueBefore(operand, permutation, rewriter));
    moveAbove(op, operands, permutation, rewriter, [](Operation *) {});
    return success();
  }
};

/// Does the op to what the reshape of its first operand is of, and reshapes the result.
LogicalResult sinkReshape(Operation *op, ReshapeOp reshape, PatternRewriter &rewriter) {
  if (isPerAxis(reshape.getInput()) || isPerAxis(op->getResult(0)))
    return rewriter.notifyMatchFailure(op, "quantized per axis");
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  Operation *moved = rewriter.clone(*op);
  moved->setOperand(0, reshape.getInput());
  moved->getResult(0).setType(result.clone(tensorType(reshape.getInput()).getShape()));
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, result, moved->getResult(0), result.getShape());
  return success();
}

/// A reshape commutes with a unary op. Below it, it meets the reshape that undoes it: for unit
/// dimensions the two transposes around an NHWC op are reshapes.
struct SinkReshapeThroughUnary : RewritePattern {
  explicit SinkReshapeThroughUnary(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isUnary(op))
      return failure();
    auto reshape = op->getOperand(0).getDefiningOp<ReshapeOp>();
    if (!reshape)
      return rewriter.notifyMatchFailure(op, "input is not a reshape");
    return sinkReshape(op, reshape, rewriter);
  }
};

/// Whether all operands behind the first have a number for each entry of the last dimension, or
/// one.
bool isPerChannel(Operation *op) {
  if (isa<BatchNormOp>(op))
    return true;
  return isa<AddOp, MulOp>(op) && op->getOperand(0).getType() == op->getResult(0).getType() &&
         op->getOperand(1).getDefiningOp<ConstantOp>() &&
         tensorType(op->getOperand(1)).getRank() <= 1;
}

/// A reshape that keeps the last dimension commutes with what is done to each channel. Behind a
/// convolution, as of all depths of a volume, that is to be folded into it.
struct SinkReshapeThroughPerChannel : RewritePattern {
  explicit SinkReshapeThroughPerChannel(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isPerChannel(op))
      return failure();
    auto reshape = op->getOperand(0).getDefiningOp<ReshapeOp>();
    if (!reshape || !isa_and_nonnull<Conv2dOp, DepthwiseConv2dOp, TransposeConv2dOp, BatchNormOp>(
                        reshape.getInput().getDefiningOp()))
      return rewriter.notifyMatchFailure(op, "input is not a reshape of a convolution");
    if (tensorType(reshape.getInput()).getShape().back() != tensorType(reshape).getShape().back())
      return rewriter.notifyMatchFailure(op, "the reshape changes the last dimension");
    return sinkReshape(op, reshape, rewriter);
  }
};

struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    auto first = llvm::find_if(
        op.getInputs(), [](Value input) { return input.getDefiningOp<TransposeOp>() != nullptr; });
    if (first == op.getInputs().end())
      return rewriter.notifyMatchFailure(op, "no input is a transpose");
    SmallVector<int64_t> permutation((*first).getDefiningOp<TransposeOp>().getPermutation());
    if (isPerAxis(op.getResult()))
      return rewriter.notifyMatchFailure(op, "quantized per axis");
    for (Value input : op.getInputs())
      if (!isFreeBefore(op, input, permutation))
        return rewriter.notifyMatchFailure(op, "an input would have to be transposed instead");
    SmallVector<Value> inputs;
    for (Value input : op.getInputs())
      inputs.push_back(valueBefore(input, permutation, rewriter));
    moveAbove(op, inputs, permutation, rewriter,
              [&](ConcatOp moved) { moved.setAxis(permutation[op.getAxis()]); });
    return success();
  }
};

/// The transpose that an op of one input reads, where the op can go above it.
template <typename OpT> FailureOr<TransposeOp> transposeBefore(OpT op, PatternRewriter &rewriter) {
  auto transpose = op.getInput().template getDefiningOp<TransposeOp>();
  if (!transpose)
    return rewriter.notifyMatchFailure(op, "input is not a transpose");
  if (isPerAxis(transpose.getInput()))
    return rewriter.notifyMatchFailure(op, "quantized per axis");
  return transpose;
}

/// Ops of one input whose attributes name dimensions: `adjust` puts them into the order before.
template <typename OpT> struct SinkThrough : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    FailureOr<TransposeOp> found = transposeBefore(op, rewriter);
    if (failed(found))
      return failure();
    TransposeOp transpose = *found;
    SmallVector<int64_t> permutation(transpose.getPermutation());
    moveAbove(op, transpose.getInput(), permutation, rewriter,
              [&](OpT moved) { adjust(moved, permutation); });
    return success();
  }

  template <typename PadLike>
    requires requires(PadLike pad) { pad.getLow(); }
  static void adjust(PadLike pad, ArrayRef<int64_t> permutation) {
    pad.setLow(before(pad.getLow(), permutation));
    pad.setHigh(before(pad.getHigh(), permutation));
  }
  static void adjust(SliceOp slice, ArrayRef<int64_t> permutation) {
    slice.setBegin(before(slice.getBegin(), permutation));
    slice.setSize(before(slice.getSize(), permutation));
    slice.setStrides(before(slice.getStrides(), permutation));
  }
  template <typename AlongAxis>
    requires requires(AlongAxis op) { op.getAxis(); }
  static void adjust(AlongAxis op, ArrayRef<int64_t> permutation) {
    op.setAxis(permutation[op.getAxis()]);
  }
};

template <typename OpT> struct SinkThroughReduction : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    FailureOr<TransposeOp> found = transposeBefore(op, rewriter);
    if (failed(found))
      return failure();
    TransposeOp transpose = *found;
    SmallVector<int64_t> permutation(transpose.getPermutation()), axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(permutation[axis]);
    llvm::sort(axes);
    SmallVector<int64_t> left =
        op.getKeepDims() ? permutation : withoutAxes(permutation, op.getAxes());
    moveAbove(op, transpose.getInput(), left, rewriter, [&](OpT moved) { moved.setAxes(axes); });
    return success();
  }
};

struct SinkTransposes : impl::SinkTransposesBase<SinkTransposes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    addCanonicalizations(patterns); // they merge and cancel what meets
    patterns.add<SinkThroughElementwise, SinkReshapeThroughUnary, SinkReshapeThroughPerChannel,
                 SinkThroughConcat, SinkThrough<PadOp>, SinkThrough<MirrorPadOp>,
                 SinkThrough<SliceOp>, SinkThrough<SoftmaxOp>, SinkThrough<LogSoftmaxOp>,
                 SinkThrough<L2NormalizationOp>, SinkThroughReduction<MeanOp>,
                 SinkThroughReduction<SumOp>, SinkThroughReduction<ReduceProdOp>,
                 SinkThroughReduction<ReduceMaxOp>, SinkThroughReduction<ReduceMinOp>,
                 SinkThroughReduction<ReduceAnyOp>, SinkThroughReduction<ReduceAllOp>>(
        &getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
