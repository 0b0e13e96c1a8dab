#include "compiler/importers/common/complex.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/evaluate.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Reduction {
  Value input;
  SmallVector<int64_t> axes;
  bool keepDims;
  bool isIdentity = false; ///< no axes, and 'noop_with_empty_axes'
};

/// 'axes' (none: all), an attribute at first and an input later, and 'keepdims'.
FailureOr<Reduction> readReduction(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, rank);
  bool keepDims = node.flag("keepdims", true), noop = node.flag("noop_with_empty_axes", false);
  if (failed(axes) || node.failed())
    return failure();
  bool isEmpty = axes->empty();
  if (isEmpty && !noop)
    *axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return Reduction{*input, *axes, keepDims, isEmpty && noop};
}

template <typename OpT>
MaybeValue reduce(OnnxNode &node, const Reduction &reduction, MaybeValue value) {
  if (reduction.isIdentity)
    return value;
  return node.create<OpT>(value, reduction.axes, reduction.keepDims);
}
} // namespace

template <typename OpT> static MaybeValue importReduction(OnnxNode &node) {
  FailureOr<Reduction> reduction = readReduction(node);
  if (failed(reduction))
    return failure();
  return reduce<OpT>(node, *reduction, reduction->input);
}

/// Of truth values the largest is whether one is true, the smallest whether all are.
template <typename OpT, typename TruthOpT> static MaybeValue importExtreme(OnnxNode &node) {
  FailureOr<Reduction> reduction = readReduction(node);
  if (failed(reduction))
    return failure();
  return getElementTypeOrSelf(reduction->input).isInteger(1)
             ? reduce<TruthOpT>(node, *reduction, reduction->input)
             : reduce<OpT>(node, *reduction, reduction->input);
}

static MaybeValue importReduceL1(OnnxNode &node) {
  FailureOr<Reduction> reduction = readReduction(node);
  if (failed(reduction))
    return failure();
  return reduce<graph::SumOp>(node, *reduction, node.create<graph::AbsOp>(reduction->input));
}

/// Of the parts of complex numbers, as DFT and STFT leave them in the last dimension, it is the
/// power: they are added as they are, without the pairs.
static MaybeValue sumOfSquares(OnnxNode &node) {
  FailureOr<Reduction> reduction = readReduction(node);
  if (failed(reduction))
    return failure();
  SmallVector<int64_t> shape(shapeOf(reduction->input));
  bool isOfPairs = reduction->axes == SmallVector<int64_t>{static_cast<int64_t>(shape.size()) - 1};
  if (isOfPairs && isMadeOfPairs(reduction->input)) {
    MaybeValue power = squaredMagnitude(node, fromPairs(node, reduction->input));
    shape.back() = 1;
    return reduction->keepDims ? node.reshape(power, shape) : power;
  }
  return reduce<graph::SumOp>(node, *reduction, square(node, reduction->input));
}
static MaybeValue importReduceL2(OnnxNode &node) {
  return node.create<graph::SqrtOp>(sumOfSquares(node));
}

static MaybeValue importReduceLogSum(OnnxNode &node) {
  return node.create<graph::LogOp>(importReduction<graph::SumOp>(node));
}

/// The largest is taken out first, so that exp does not overflow.
static MaybeValue importReduceLogSumExp(OnnxNode &node) {
  FailureOr<Reduction> reduction = readReduction(node);
  if (failed(reduction))
    return failure();
  if (reduction->isIdentity)
    return reduction->input;
  MaybeValue largest =
      node.create<graph::ReduceMaxOp>(reduction->input, reduction->axes, /*keepDims=*/true);
  MaybeValue powers = node.create<graph::ExpOp>(node.subtract(reduction->input, largest));
  MaybeValue logarithm = node.create<graph::LogOp>(reduce<graph::SumOp>(node, *reduction, powers));
  if (failed(logarithm))
    return failure();
  return node.add(logarithm, node.reshape(largest, shapeOf(*logarithm)));
}

/// ArgMax and ArgMin; with 'select_last_index' the tensor is read backwards.
template <typename OpT> static MaybeValue importArg(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  int64_t axis = node.axis("axis", shape.size(), 0);
  bool keepDims = node.flag("keepdims", true), takesLast = node.flag("select_last_index", false);
  if (node.failed())
    return failure();
  Type index = node.builder().getI64Type();
  if (!takesLast)
    return node.createTyped<OpT>(index, input, axis, keepDims);
  MaybeValue place = node.createTyped<OpT>(index, reversed(node, input, axis), axis, keepDims);
  return node.subtract(node.constantOf(Elements::ofShape(shape[axis] - 1)), place);
}

/// Of all elements: what the computation of shapes needs.
template <typename Combine>
static std::optional<Elements> evaluateAll(OnnxNode &node, ArrayRef<Elements> in, int64_t first,
                                           Combine combine) {
  if (in.empty() || in[0].isReal() || in[0].isSplat() || in[0].shape().size() != 1)
    return std::nullopt;
  int64_t result = first;
  for (int64_t value : in[0].integers())
    result = combine(result, value);
  bool keepDims = node.flag("keepdims", true);
  return Elements::ofIntegers(in[0].type(), SmallVector<int64_t>(keepDims ? 1 : 0, 1),
                              [&](int64_t) { return result; });
}
static std::optional<Elements> evaluateProd(OnnxNode &node, ArrayRef<Elements> in) {
  return evaluateAll(node, in, 1, [](uint64_t a, uint64_t b) { return a * b; });
}
static std::optional<Elements> evaluateSum(OnnxNode &node, ArrayRef<Elements> in) {
  return evaluateAll(node, in, 0, [](uint64_t a, uint64_t b) { return a + b; });
}
static std::optional<Elements> evaluateMax(OnnxNode &node, ArrayRef<Elements> in) {
  return evaluateAll(node, in, INT64_MIN, [](int64_t a, int64_t b) { return std::max(a, b); });
}
static std::optional<Elements> evaluateMin(OnnxNode &node, ArrayRef<Elements> in) {
  return evaluateAll(node, in, INT64_MAX, [](int64_t a, int64_t b) { return std::min(a, b); });
}

void registerReduction(OpTable &table) {
  table.add("ReduceMean", importReduction<graph::MeanOp>, Takes::kReals);
  table.add("ReduceSum", importReduction<graph::SumOp>, Takes::kNumbers);
  table.add("ReduceProd", importReduction<graph::ReduceProdOp>, Takes::kNumbers);
  table.add("ReduceMax", importExtreme<graph::ReduceMaxOp, graph::ReduceAnyOp>, Takes::kNumbers);
  table.add("ReduceMin", importExtreme<graph::ReduceMinOp, graph::ReduceAllOp>, Takes::kNumbers);
  table.add("ReduceL1", importReduceL1, Takes::kNumbers);
  table.add("ReduceL2", importReduceL2, Takes::kReals);
  table.add("ReduceSumSquare", sumOfSquares, Takes::kNumbers);
  table.add("ReduceLogSum", importReduceLogSum, Takes::kReals);
  table.add("ReduceLogSumExp", importReduceLogSumExp, Takes::kReals);
  table.add("ArgMax", importArg<graph::ArgMaxOp>, Takes::kNumbers);
  table.add("ArgMin", importArg<graph::ArgMinOp>, Takes::kNumbers);
  table.addEvaluation("ReduceProd", evaluateProd);
  table.addEvaluation("ReduceSum", evaluateSum);
  table.addEvaluation("ReduceMax", evaluateMax);
  table.addEvaluation("ReduceMin", evaluateMin);
}

} // namespace tandem::onnx
