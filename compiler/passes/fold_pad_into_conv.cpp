#include "compiler/passes/rewriting.h"

#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_FOLDPADINTOCONV
#include "compiler/passes/passes.h.inc"

namespace {

bool padsOnlyHeightAndWidth(PadOp pad) {
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  return low.size() == 4 && !low[kBatch] && !high[kBatch] && !low[kChannel] && !high[kChannel];
}

/// Moves the pad's extents into `op`, which has pad_low and pad_high of its own.
template <typename WindowOp> void takeOver(WindowOp op, PadOp pad, PatternRewriter &rewriter) {
  SmallVector<int64_t> low(op.getPadLow()), high(op.getPadHigh());
  for (int i = 0; i < 2; ++i) {
    low[i] += pad.getLow()[kHeight + i];
    high[i] += pad.getHigh()[kHeight + i];
  }
  rewriter.modifyOpInPlace(op, [&] {
    op.setPadLow(low);
    op.setPadHigh(high);
    op.getInputMutable().assign(pad.getInput());
  });
}

/// Code for windows that begin outside the image has a piece for each place of the filter: too much
/// of it beyond.
constexpr int64_t kWidest = 64;

/// Whether windows are so wide along a dimension of the image. Sequences that stand upright are
/// rows for the backends.
template <typename ConvOp> bool isWide(ConvOp conv, int dimension) {
  ArrayRef<int64_t> filter = tensorType(conv.getFilter()).getShape();
  bool isRow = dimension == 1 || tensorType(conv.getInput()).getDimSize(kWidth) == 1;
  return isRow && filter[1 + dimension] > kWidest && !isQuantized(conv.getFilter().getType());
}

/// A wide convolution has its padding before it.
struct PadBeforeWideConv : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp conv, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> low(conv.getPadLow()), high(conv.getPadHigh()), before(4), behind(4);
    auto input = tensorType(conv.getInput());
    SmallVector<int64_t> shape(input.getShape());
    for (int i = 0; i < 2; ++i) {
      if (!isWide(conv, i))
        continue;
      std::swap(low[i], before[kHeight + i]);
      std::swap(high[i], behind[kHeight + i]);
      shape[kHeight + i] += before[kHeight + i] + behind[kHeight + i];
    }
    if (shape == input.getShape())
      return rewriter.notifyMatchFailure(conv, "not wide, or without padding there");
    Value padded =
        PadOp::create(rewriter, conv.getLoc(), input.clone(shape), conv.getInput(),
                      rewriter.getDenseI64ArrayAttr(before), rewriter.getDenseI64ArrayAttr(behind),
                      rewriter.getF32FloatAttr(0));
    rewriter.modifyOpInPlace(conv, [&] {
      conv.setPadLow(low);
      conv.setPadHigh(high);
      conv.getInputMutable().assign(padded);
    });
    return success();
  }
};

/// Left alone when the convolution cannot say it: a non-zero value, or pads on batch or channels.
template <typename ConvOp> struct FoldIntoConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern<ConvOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp conv, PatternRewriter &rewriter) const override {
    auto pad = conv.getInput().template getDefiningOp<PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(conv, "input is not a pad");
    if (!pad.getValue().isZero())
      return rewriter.notifyMatchFailure(pad, "pad value is not zero");
    if (!padsOnlyHeightAndWidth(pad))
      return rewriter.notifyMatchFailure(pad, "pads batch or channels");
    if (isWide(conv, 0) || isWide(conv, 1))
      return rewriter.notifyMatchFailure(conv, "wide windows do not pad");
    takeOver(conv, pad, rewriter);
    return success();
  }
};

/// A pool's padding is smaller than its window; a wider pad stays an op.
template <typename PoolOp> bool fitsWindow(PoolOp pool, PadOp pad) {
  for (int i = 0; i < 2; ++i)
    if (pad.getLow()[kHeight + i] >= pool.getWindow()[i] - pool.getPadLow()[i] ||
        pad.getHigh()[kHeight + i] >= pool.getWindow()[i] - pool.getPadHigh()[i])
      return false;
  return true;
}

struct FoldIntoAveragePool : OpRewritePattern<AveragePool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AveragePool2dOp pool, PatternRewriter &rewriter) const override {
    auto pad = pool.getInput().getDefiningOp<PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(pool, "input is not a pad");
    if (!pad.getValue().isZero() || !padsOnlyHeightAndWidth(pad) || !fitsWindow(pool, pad))
      return rewriter.notifyMatchFailure(pad, "not zeros on height and width within the window");
    if (isQuantized(pool.getType()))
      return rewriter.notifyMatchFailure(pool, "TFLite's quantized pool leaves padding out");
    // The zeros count as elements; the pool's own padding, if it has any, must do so already.
    bool padsItself = llvm::any_of(pool.getPadLow(), [](int64_t p) { return p != 0; }) ||
                      llvm::any_of(pool.getPadHigh(), [](int64_t p) { return p != 0; });
    if (padsItself && !pool.getCountIncludePad())
      return rewriter.notifyMatchFailure(pool, "its own padding does not count");
    rewriter.modifyOpInPlace(pool, [&] { pool.setCountIncludePad(true); });
    takeOver(pool, pad, rewriter);
    return success();
  }
};

/// Whether the producer says that no element is below zero.
bool isNeverNegative(Value value) {
  Operation *producer = value.getDefiningOp();
  if (!producer)
    return false;
  return TypeSwitch<Operation *, bool>(producer)
      .Case<ReluOp, Relu6Op, SigmoidOp, HardSigmoidOp, ExpOp, AbsOp>([](auto) { return true; })
      .Case<Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp, AddOp, MulOp>([](auto op) {
        return op.getActivation() == Activation::Relu || op.getActivation() == Activation::Relu6;
      })
      .Default(false);
}

struct FoldIntoMaxPool : OpRewritePattern<MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dOp pool, PatternRewriter &rewriter) const override {
    auto pad = pool.getInput().getDefiningOp<PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(pool, "input is not a pad");
    if (!padsOnlyHeightAndWidth(pad) || !fitsWindow(pool, pad))
      return rewriter.notifyMatchFailure(pad, "pads more than height and width within the window");
    // Each window holds an element of the input, so a value that is never larger changes nothing.
    bool isLowest = pad.getValue().convertToFloat() <= std::numeric_limits<float>::lowest();
    if (!isLowest && !(pad.getValue().isZero() && isNeverNegative(pad.getInput())))
      return rewriter.notifyMatchFailure(pad, "the pad value may be the largest of a window");
    takeOver(pool, pad, rewriter);
    return success();
  }
};

/// A pad before the transpose of an NCHW input comes to stand behind it, where a convolution finds
/// it.
struct PadAfterTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad || !pad->hasOneUse())
      return rewriter.notifyMatchFailure(op, "input is not a pad that nothing else reads");
    if (isa<quant::UniformQuantizedPerAxisType>(getElementTypeOrSelf(op.getType())))
      return rewriter.notifyMatchFailure(op, "quantized per axis");
    SmallVector<int64_t> low, high, shape;
    for (int64_t from : op.getPermutation()) {
      low.push_back(pad.getLow()[from]);
      high.push_back(pad.getHigh()[from]);
      shape.push_back(tensorType(pad.getInput()).getDimSize(from));
    }
    auto type = cast<RankedTensorType>(op.getType());
    Value transposed = TransposeOp::create(rewriter, op.getLoc(), type.clone(shape), pad.getInput(),
                                           op.getPermutation());
    rewriter.replaceOp(op, PadOp::create(rewriter, pad.getLoc(), type, transposed,
                                         rewriter.getDenseI64ArrayAttr(low),
                                         rewriter.getDenseI64ArrayAttr(high), pad.getValueAttr()));
    return success();
  }
};

struct FoldPadIntoConv : impl::FoldPadIntoConvBase<FoldPadIntoConv> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PadBeforeWideConv, FoldIntoConv<Conv2dOp>, FoldIntoConv<DepthwiseConv2dOp>,
                 FoldIntoAveragePool, FoldIntoMaxPool, PadAfterTranspose>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
