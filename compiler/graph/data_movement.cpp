#include "compiler/graph/inference.h"

#include "compiler/graph/codes.h"
#include "compiler/graph/folding.h"
#include "compiler/graph/permute.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace tandem::graph {

OpFoldResult ConstantOp::fold(FoldAdaptor) {
  return getValue();
}

LogicalResult ConstantOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  auto value = dyn_cast<RankedTensorType>(getValue().getType());
  Type stored = value ? value.getElementType() : Type();
  bool isNarrow = stored && type.getElementType().isF32() &&
                  (stored.isF16() || stored.isBF16() || mayStayCodes(stored));
  if (!value || value.getShape() != type.getShape() ||
      (stored != storageType(type.getElementType()) && !isNarrow))
    return emitOpError("constant_c1: value of type ")
           << getValue().getType() << " for a result of type " << type;
  if (failed(verifyQuantizedAxis(*this, value)))
    return failure();
  return verifyQuantizedAxis(*this, type);
}

// reshape

LogicalResult ReshapeOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                   Adaptor adaptor, Shapes &shapes) {
  std::optional<int64_t> count = elementCount(adaptor.getShape());
  if (!count || *count != tensorType(adaptor.getInput()).getNumElements())
    return refuse(location, "reshape_c1: ", adaptor.getInput().getType(),
                  " does not have the elements of shape ", shapeText(adaptor.getShape()));
  return infer(shapes, adaptor.getShape());
}
LogicalResult ReshapeOp::verify() {
  return verifySameElementType(*this, "reshape_c2");
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return foldReshape(adaptor.getInput(), cast<RankedTensorType>(getType()));
}

namespace {
struct ReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "input is not a reshape");
    rewriter.modifyOpInPlace(op, [&] { op.getInputMutable().assign(inner.getInput()); });
    return success();
  }
};

/// A transpose that only moves dimensions of size 1 does not move data.
struct TransposeOfUnitDims : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    if (isa<quant::UniformQuantizedPerAxisType>(getElementTypeOrSelf(op.getType())))
      return rewriter.notifyMatchFailure(op, "the quantized axis moves");
    if (!movesNothing(shapeOf(op.getInput()), op.getPermutation()))
      return rewriter.notifyMatchFailure(op, "dimensions larger than 1 change their order");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput(),
                                           shapeOf(op.getResult()));
    return success();
  }
};

struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "input is not a transpose");
    SmallVector<int64_t> permutation;
    for (int64_t from : op.getPermutation())
      permutation.push_back(inner.getPermutation()[from]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getInput(), permutation);
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReshapeOfReshape>(context);
}

// transpose

LogicalResult TransposeOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                     Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), permutation = adaptor.getPermutation();
  SmallVector<bool> seen(input.size(), false);
  SmallVector<int64_t> result;
  for (int64_t from : permutation) {
    if (from < 0 || from >= static_cast<int64_t>(input.size()) || seen[from])
      return refuse(location, "transpose_c1: permutation must have every dimension once");
    seen[from] = true;
    result.push_back(input[from]);
  }
  if (permutation.size() != input.size())
    return refuse(location, "transpose_c1: permutation must have every dimension once");
  return infer(shapes, result);
}

LogicalResult TransposeOp::verify() {
  Quantization in = quantizationOf(getElementTypeOrSelf(getInput()));
  if (!in.perChannel())
    return verifySameElementType(*this, "transpose_c2");
  Quantization out = quantizationOf(getElementTypeOrSelf(getType()));
  if (out.scales != in.scales || getPermutation()[out.axis] != in.axis)
    return emitOpError("transpose_c2: the quantized axis does not move along");
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::is_sorted(getPermutation()))
    return getInput();
  return foldTranspose(adaptor.getInput(), shapeOf(getInput()), getPermutation(),
                       cast<RankedTensorType>(getType()));
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<TransposeOfTranspose, TransposeOfUnitDims>(context);
}

// concat

LogicalResult ConcatOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                  Shapes &shapes) {
  if (adaptor.getInputs().empty())
    return refuse(location, "concat_c1: needs at least one input");
  SmallVector<int64_t> result(shapeOf(adaptor.getInputs().front()));
  uint64_t axis = adaptor.getAxis();
  if (axis >= result.size())
    return refuse(location, "concat_c2: axis ", axis, " is outside rank ", result.size());
  for (Value input : adaptor.getInputs().drop_front()) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (shape.size() != result.size())
      return refuse(location, "concat_c1: inputs must have the same rank");
    result[axis] += shape[axis];
    shape[axis] = result[axis];
    if (shape != result)
      return refuse(location, "concat_c2: inputs must be equal but for dimension ", axis);
  }
  return infer(shapes, result);
}

/// Takes the inputs without elements away, all but one where none has any.
static bool dropEmptyInputs(ConcatOp concat) {
  MutableOperandRange inputs = concat.getInputsMutable();
  size_t before = inputs.size();
  for (size_t i = before; i-- > 0 && inputs.size() > 1;)
    if (llvm::is_contained(shapeOf(concat.getInputs()[i]), 0))
      inputs.erase(i);
  return inputs.size() != before;
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (dropEmptyInputs(*this))
    return getResult();
  if (getInputs().size() == 1 && getInputs().front().getType() == getType())
    return getInputs().front();
  return {};
}

// slice

LogicalResult SliceOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                 Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput());
  size_t rank = input.size();
  if (adaptor.getBegin().size() != rank || adaptor.getSize().size() != rank ||
      adaptor.getStrides().size() != rank)
    return refuse(location, "slice_c1: begin, size and strides must have ", rank, " entries");
  for (size_t i = 0; i < rank; ++i) {
    int64_t begin = adaptor.getBegin()[i], size = adaptor.getSize()[i],
            stride = adaptor.getStrides()[i];
    if (stride == 0 || size < 0)
      return refuse(location, "slice_c1: strides must not be zero, sizes not negative");
    __int128 last = begin + __int128(size - 1) * stride;
    if (size > 0 && (begin < 0 || begin >= input[i] || last < 0 || last >= input[i]))
      return refuse(location, "slice_c2: dimension ", i, " of ", input[i], " has no elements ",
                    begin, " to ", static_cast<int64_t>(last));
  }
  return infer(shapes, adaptor.getSize());
}
LogicalResult SliceOp::verify() {
  return verifySameElementType(*this, "slice_c3");
}

/// The part of a concat that a slice is the whole of; null where it is none.
static Value slicedPart(SliceOp slice) {
  auto concat = slice.getInput().getDefiningOp<ConcatOp>();
  if (!concat)
    return nullptr;
  auto axis = static_cast<size_t>(concat.getAxis());
  int64_t begin = 0;
  for (Value part : concat.getInputs()) {
    // Of equal shapes, so that it is whole in the other dimensions.
    if (begin == slice.getBegin()[axis] && part.getType() == slice.getType())
      return part;
    begin += shapeOf(part)[axis];
  }
  return nullptr;
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (llvm::all_of(getStrides(), [](int64_t s) { return s == 1; })) {
    if (getInput().getType() == getType())
      return getInput();
    if (Value part = slicedPart(*this))
      return part;
  }
  return foldSlice(adaptor.getInput(), shapeOf(getInput()), getBegin(), getStrides(),
                   cast<RankedTensorType>(getType()));
}

// pad

LogicalResult PadOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                               Shapes &shapes) {
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  if (adaptor.getLow().size() != result.size() || adaptor.getHigh().size() != result.size())
    return refuse(location, "pad_c2: low and high must have ", result.size(), " entries");
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t low = adaptor.getLow()[i], high = adaptor.getHigh()[i];
    if (low < 0 || high < 0 || low > INT32_MAX || high > INT32_MAX)
      return refuse(location, "pad_c2: entries must not be negative, nor beyond 2^31");
    result[i] += low + high;
  }
  return infer(shapes, result);
}
LogicalResult PadOp::verify() {
  return verifySameElementType(*this, "pad_c1");
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

// mirror_pad, tile

LogicalResult MirrorPadOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                     Adaptor adaptor, Shapes &shapes) {
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  if (adaptor.getLow().size() != result.size() || adaptor.getHigh().size() != result.size())
    return refuse(location, "mirror_pad_c1: low and high must have ", result.size(), " entries");
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t low = adaptor.getLow()[i], high = adaptor.getHigh()[i];
    int64_t most = std::max<int64_t>(result[i] - (adaptor.getSymmetric() ? 0 : 1), 0);
    if (low < 0 || high < 0)
      return refuse(location, "mirror_pad_c1: entries must not be negative");
    if (low > most || high > most)
      return refuse(location, "mirror_pad_c2: dimension ", i, " has ", most,
                    " elements to mirror, not ", std::max(low, high));
    result[i] += low + high;
  }
  return infer(shapes, result);
}
LogicalResult MirrorPadOp::verify() {
  return verifySameElementType(*this, "mirror_pad_c3");
}

OpFoldResult MirrorPadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

LogicalResult TileOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                Shapes &shapes) {
  SmallVector<int64_t> result(shapeOf(adaptor.getInput()));
  if (adaptor.getMultiples().size() != result.size())
    return refuse(location, "tile_c1: multiples must have ", result.size(), " entries");
  for (auto [size, multiple] : llvm::zip(result, adaptor.getMultiples())) {
    if (multiple < 1 || multiple > INT32_MAX)
      return refuse(location, "tile_c1: multiples must be positive and below 2^31, not ", multiple);
    size *= multiple;
  }
  return infer(shapes, result);
}
LogicalResult TileOp::verify() {
  return verifyMoved(*this, 0, 1, "tile_c2");
}

OpFoldResult TileOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

} // namespace tandem::graph
