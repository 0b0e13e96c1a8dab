#include "compiler/passes/rewriting.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tandem::graph;

namespace tandem {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "compiler/passes/passes.h.inc"

namespace {

/// What a batch_norm, mul or add does to each channel: x * factor + offset.
struct PerChannel {
  SmallVector<double> factor, offset;
};

/// Not read yet: a filter's elements may be stored in less than they take.
std::optional<ConstantBytes> constantFloats(Value value) {
  return getElementTypeOrSelf(value).isF32() ? constantOf(value) : std::nullopt;
}

std::optional<SmallVector<double>> floatsOf(Value value) {
  std::optional<ConstantBytes> bytes = constantFloats(value);
  if (!bytes)
    return std::nullopt;
  ArrayRef<float> floats = bytes->as<float>();
  return SmallVector<double>(floats.begin(), floats.end());
}

/// The factor and offset of constant statistics; nothing when one is not constant.
std::optional<PerChannel> perChannelOf(BatchNormOp op) {
  auto scale = floatsOf(op.getScale()), offset = floatsOf(op.getOffset());
  auto mean = floatsOf(op.getMean()), variance = floatsOf(op.getVariance());
  if (!scale || !offset || !mean || !variance)
    return std::nullopt;
  double epsilon = op.getEpsilon().convertToFloat();
  PerChannel result;
  for (size_t c = 0; c < scale->size(); ++c) {
    double factor = (*scale)[c] / std::sqrt((*variance)[c] + epsilon);
    result.factor.push_back(factor);
    result.offset.push_back((*offset)[c] - (*mean)[c] * factor);
  }
  return result;
}

/// A constant that says one number per entry of the last dimension of `type`: [C], [1,..,1,C] or a
/// scalar.
std::optional<SmallVector<double>> perLastDimension(Value value, RankedTensorType type) {
  RankedTensorType constant = tensorType(value);
  if (constant.getRank() > type.getRank() || type.getRank() == 0)
    return std::nullopt;
  int64_t channels = type.getShape().back(), count = constant.getNumElements();
  if (count != 1 && (count != channels || constant.getShape().back() != channels))
    return std::nullopt;
  std::optional<SmallVector<double>> values = floatsOf(value);
  if (values && count == 1)
    values->assign(channels, values->front());
  return values;
}

Value floatConstant(PatternRewriter &rewriter, Location location, ArrayRef<int64_t> shape,
                    SmallVector<float, 0> floats) {
  auto type = RankedTensorType::get(shape, rewriter.getF32Type());
  return ConstantOp::create(rewriter, location, type, takeElements(type, std::move(floats)));
}

SmallVector<float, 0> rounded(ArrayRef<double> values) {
  return SmallVector<float, 0>(values.begin(), values.end());
}

/// Weights of which `inner` side by side belong to one channel, each times its channel's factor.
SmallVector<float, 0> scaled(const ConstantBytes &weights, ArrayRef<double> factors,
                             int64_t inner) {
  ArrayRef<float> reals = weights.as<float>();
  SmallVector<float, 0> result(reals.size());
  auto channels = static_cast<int64_t>(factors.size());
  for (auto [i, real] : llvm::enumerate(reals))
    result[i] = static_cast<float>(real * factors[static_cast<int64_t>(i) / inner % channels]);
  return result;
}

/// Puts factor and offset into the filter and bias of `conv`, whose output channels are dimension
/// `channelAxis` of the filter. Failure has changed nothing.
template <typename ConvOp>
LogicalResult foldInto(ConvOp conv, int64_t channelAxis, const PerChannel &change,
                       Operation *reader, PatternRewriter &rewriter) {
  if (!conv->hasOneUse())
    return rewriter.notifyMatchFailure(reader, "the convolution's result is read elsewhere too");
  if (conv.getActivation() != Activation::None)
    return rewriter.notifyMatchFailure(reader, "the convolution has an activation in between");
  std::optional<ConstantBytes> filter = constantFloats(conv.getFilter());
  auto bias =
      conv.getBias() ? floatsOf(conv.getBias()) : SmallVector<double>(change.offset.size(), 0.0);
  if (!filter || !bias)
    return rewriter.notifyMatchFailure(reader, "filter or bias is no f32 constant");

  RankedTensorType type = tensorType(conv.getFilter());
  int64_t inner = 1;
  for (int64_t d = channelAxis + 1; d < type.getRank(); ++d)
    inner *= type.getDimSize(d);
  auto channels = static_cast<int64_t>(change.factor.size());
  for (int64_t c = 0; c < channels; ++c)
    (*bias)[c] = (*bias)[c] * change.factor[c] + change.offset[c];

  rewriter.setInsertionPoint(conv);
  bool changesFilter = llvm::any_of(change.factor, [](double factor) { return factor != 1.0; });
  Value newFilter = changesFilter
                        ? floatConstant(rewriter, conv.getFilter().getLoc(), type.getShape(),
                                        scaled(*filter, change.factor, inner))
                        : conv.getFilter();
  Value newBias = floatConstant(rewriter, reader->getLoc(), {channels}, rounded(*bias));
  rewriter.modifyOpInPlace(conv, [&] {
    conv.getFilterMutable().assign(newFilter);
    conv.getBiasMutable().assign(newBias);
  });
  return success();
}

LogicalResult foldIntoProducer(Value input, const PerChannel &change, Operation *reader,
                               PatternRewriter &rewriter) {
  Operation *producer = input.getDefiningOp();
  if (!producer)
    return rewriter.notifyMatchFailure(reader, "input is an argument");
  return TypeSwitch<Operation *, LogicalResult>(producer)
      .Case<Conv2dOp, TransposeConv2dOp, FullyConnectedOp>(
          [&](auto conv) { return foldInto(conv, 0, change, reader, rewriter); })
      .Case<DepthwiseConv2dOp>(
          [&](auto conv) { return foldInto(conv, 3, change, reader, rewriter); })
      .Default([&](Operation *) {
        return rewriter.notifyMatchFailure(reader, "input is not a convolution");
      });
}

struct FoldBatchNormIntoConv : OpRewritePattern<BatchNormOp> {
  FoldBatchNormIntoConv(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    std::optional<PerChannel> change = perChannelOf(op);
    if (!change)
      return rewriter.notifyMatchFailure(op, "a parameter is no f32 constant");
    if (failed(foldIntoProducer(op.getInput(), *change, op, rewriter)))
      return failure();
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// Where no convolution is before it: two cheap ops that every backend has.
struct BatchNormToMulAdd : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    std::optional<PerChannel> change = perChannelOf(op);
    if (!change)
      return rewriter.notifyMatchFailure(op, "a parameter is no f32 constant");
    auto channels = static_cast<int64_t>(change->factor.size());
    Location location = op.getLoc();
    Value factor = floatConstant(rewriter, location, {channels}, rounded(change->factor));
    Value offset = floatConstant(rewriter, location, {channels}, rounded(change->offset));
    auto none = Activation::None;
    Value scaled = MulOp::create(rewriter, location, op.getType(), op.getInput(), factor, none);
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getType(), scaled, offset, none);
    return success();
  }
};

/// mul and add of a constant per channel, as frameworks write a batch norm or a bias out. Their own
/// activation moves into the convolution.
template <typename BinaryOp> struct FoldBinaryIntoConv : OpRewritePattern<BinaryOp> {
  using OpRewritePattern<BinaryOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (op.getLhs().getType() != type)
      return rewriter.notifyMatchFailure(op, "the left side is broadcast");
    // Constants are on the right, where folding puts them.
    std::optional<SmallVector<double>> values = perLastDimension(op.getRhs(), type);
    if (!values)
      return rewriter.notifyMatchFailure(op, "the right side is no f32 constant per channel");
    PerChannel change{SmallVector<double>(values->size(), 1.0),
                      SmallVector<double>(values->size(), 0.0)};
    (std::is_same_v<BinaryOp, MulOp> ? change.factor : change.offset) = *values;
    Activation activation = op.getActivation();
    if (failed(foldIntoProducer(op.getLhs(), change, op, rewriter)))
      return failure();
    Operation *conv = op.getLhs().getDefiningOp();
    rewriter.modifyOpInPlace(conv, [&] {
      TypeSwitch<Operation *>(conv)
          .template Case<Conv2dOp, DepthwiseConv2dOp, TransposeConv2dOp, FullyConnectedOp>(
              [&](auto producer) { producer.setActivation(activation); });
    });
    rewriter.replaceOp(op, op.getLhs());
    return success();
  }
};

struct FoldBatchNorm : impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldBatchNormIntoConv, BatchNormToMulAdd, FoldBinaryIntoConv<MulOp>,
                 FoldBinaryIntoConv<AddOp>>(&getContext());
    rewriteGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace

} // namespace tandem
