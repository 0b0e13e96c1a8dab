#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

/// The dimensions that 'axis' names, or with 'exclude' all others.
static FailureOr<Ints> readAxes(SymbolNode &node, Value input) {
  auto rank = static_cast<int64_t>(shapeOf(input).size());
  Ints axes = node.axes("axis", rank);
  if (!node.flag("exclude", false))
    return node.failed() ? FailureOr<Ints>(failure()) : axes;
  if (node.failed())
    return failure();
  if (static_cast<int64_t>(axes.size()) == rank && !node.has("axis"))
    return axes;
  Ints others;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      others.push_back(i);
  return others;
}

/// A reduction of everything has one element in one dimension, not none, except in numpy.
static MaybeValue withoutScalar(SymbolNode &node, MaybeValue result) {
  bool isScalar = succeeded(result) && shapeOf(*result).empty() && !node.isNumpy();
  return isScalar ? node.reshape(result, {1}) : result;
}

template <typename OpT> static MaybeValue importReduction(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<Ints> axes = readAxes(node, *input);
  bool keepDims = node.flag("keepdims", false);
  if (node.failed() || failed(axes))
    return failure();
  if (axes->empty())
    return input;
  return withoutScalar(node, node.create<OpT>(input, *axes, keepDims));
}

/// nansum and nanprod: NaN counts as nothing.
template <typename OpT, int nothing> static MaybeValue importWithoutNan(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input) || failed(node.checkIsReal(*input)))
    return failure();
  FailureOr<Ints> axes = readAxes(node, *input);
  bool keepDims = node.flag("keepdims", false);
  if (node.failed() || failed(axes))
    return failure();
  MaybeValue numbers = node.select(isNan(node, input), node.scalarLike(*input, nothing), input);
  return axes->empty() ? numbers : withoutScalar(node, node.create<OpT>(numbers, *axes, keepDims));
}

/// norm: the root of the sum of squares, or with 'ord' 1 the sum of absolute values.
static MaybeValue importNorm(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<Ints> axes = readAxes(node, *input);
  bool keepDims = node.flag("keepdims", false);
  int64_t order = node.integer("ord", 2);
  if (node.failed() || failed(axes))
    return failure();
  if (order == 1)
    return withoutScalar(
        node, node.create<graph::SumOp>(node.create<graph::AbsOp>(input), *axes, keepDims));
  if (order != 2)
    return node.unsupported("'ord' " + Twine(order) + ", only 1 and 2 are");
  MaybeValue squares = node.create<graph::MulOp>(input, input, kNoActivation);
  return withoutScalar(
      node, node.create<graph::SqrtOp>(node.create<graph::SumOp>(squares, *axes, keepDims)));
}

/// argmax and argmin give their index as a real number.
template <typename OpT>
static MaybeValue placeOf(SymbolNode &node, Value input, int64_t axis, bool keepDims) {
  MaybeValue index = node.createTyped<OpT>(node.builder().getI32Type(), input, axis, keepDims);
  return withoutScalar(node, node.createTyped<graph::CastOp>(node.builder().getF32Type(), index));
}

/// Over the flattened tensor when 'axis' is absent.
template <typename OpT> static MaybeValue importArg(SymbolNode &node) {
  MaybeValue input = node.input(0);
  bool keepDims = node.flag("keepdims", false);
  if (node.failed() || failed(input))
    return failure();
  if (!node.has("axis")) {
    if (keepDims)
      return node.unsupported("'keepdims' without 'axis'");
    input = node.reshape(input, {*elementCount(shapeOf(*input))});
  }
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 0);
  if (node.failed())
    return failure();
  return placeOf<OpT>(node, *input, axis, keepDims);
}

static MaybeValue importArgmaxChannel(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  return placeOf<graph::ArgMaxOp>(node, *input, 1, /*keepDims=*/false);
}

/// moments: mean and variance over 'axes'.
static FailureOr<Values> importMoments(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  Ints axes = node.axes("axes", static_cast<int64_t>(shapeOf(*input).size()));
  bool keepDims = node.flag("keepdims", false);
  if (node.failed())
    return failure();
  MaybeValue mean = node.create<graph::MeanOp>(input, axes, /*keepDims=*/true);
  MaybeValue off = node.subtract(input, mean);
  MaybeValue variance =
      withoutScalar(node, node.create<graph::MeanOp>(node.multiply(off, off), axes, keepDims));
  mean = withoutScalar(node, node.create<graph::MeanOp>(input, axes, keepDims));
  if (failed(mean) || failed(variance))
    return failure();
  return Values{*mean, *variance};
}

void registerReduction(OpTable &table) {
  table.add("mean", importReduction<graph::MeanOp>);
  for (StringRef op : {"sum", "sum_axis"})
    table.add(op, importReduction<graph::SumOp>);
  for (StringRef op : {"max", "max_axis"})
    table.add(op, importReduction<graph::ReduceMaxOp>);
  for (StringRef op : {"min", "min_axis"})
    table.add(op, importReduction<graph::ReduceMinOp>);
  table.add("norm", importNorm);
  table.add("prod", importReduction<graph::ReduceProdOp>);
  table.add("nansum", importWithoutNan<graph::SumOp, 0>);
  table.add("nanprod", importWithoutNan<graph::ReduceProdOp, 1>);
  table.addList("moments", importMoments);
  table.add("argmax", importArg<graph::ArgMaxOp>);
  table.add("argmin", importArg<graph::ArgMinOp>);
  table.add("argmax_channel", importArgmaxChannel);
}

} // namespace tandem::mxnet
