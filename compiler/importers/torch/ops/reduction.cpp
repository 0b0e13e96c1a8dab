#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;

namespace {
struct Reduction {
  MaybeValue input = failure(); ///< in the type of the result
  SmallVector<int64_t> dims;
  bool keepDims = false;
};
/// 'dim', or all where it is absent.
Reduction readReduction(AtenNode &node, StringRef dim = "dim") {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return {};
  std::optional<Type> type = node.resultType();
  Reduction result{input, node.dims(dim, *input), node.flag("keepdim", false)};
  if (type && !type->isInteger(1))
    result.input = node.cast(input, *type);
  return node.failed() ? Reduction() : result;
}
} // namespace

template <typename OpT> static MaybeValue importReduction(AtenNode &node) {
  Reduction of = readReduction(node);
  return node.create<OpT>(of.input, of.dims, of.keepDims);
}

/// aten.argmax, argmin: over the flattened tensor when 'dim' is absent.
template <typename OpT> static MaybeValue importArg(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  bool keepDims = node.flag("keepdim", false);
  bool flat = !node.has("dim");
  if (flat && keepDims)
    return node.unsupported("'keepdim' without 'dim'");
  if (flat)
    input = node.reshape(input, {*elementCount(shapeOf(*input))});
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  return node.createTyped<OpT>(node.builder().getI64Type(), input, dim, keepDims);
}

/// aten.max.dim, min.dim: the best element, and where it is.
template <typename OpT, typename ArgOpT> static Results importBestOfDim(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  bool keepDims = node.flag("keepdim", false);
  if (node.failed())
    return failure();
  MaybeValue best = node.create<OpT>(input, ArrayRef<int64_t>{dim}, keepDims);
  MaybeValue place = node.createTyped<ArgOpT>(node.builder().getI64Type(), input, dim, keepDims);
  if (failed(best) || failed(place))
    return failure();
  return SmallVector<Value>{*best, *place};
}

/// aten.prod: over one dimension, or all.
static MaybeValue importProd(AtenNode &node) {
  return importReduction<graph::ReduceProdOp>(node);
}

/// Mean and mean square distance to it, over so many elements less 'correction'.
struct Moments {
  MaybeValue mean = failure(), variance = failure();
};
static Moments momentsOf(AtenNode &node) {
  Reduction of = readReduction(node);
  double correction = node.has("correction")        ? node.number("correction", 1)
                      : node.flag("unbiased", true) ? 1
                                                    : 0;
  if (node.failed() || failed(of.input))
    return {};
  double count = 1;
  for (int64_t dim : of.dims)
    count *= static_cast<double>(shapeOf(*of.input)[dim]);
  MaybeValue mean = node.create<graph::MeanOp>(of.input, of.dims, /*keepDims=*/true);
  MaybeValue squares = square(node, node.subtract(of.input, mean));
  MaybeValue variance = node.create<graph::MeanOp>(squares, of.dims, of.keepDims);
  if (!of.keepDims && succeeded(variance))
    mean = node.reshape(mean, shapeOf(*variance));
  if (correction >= count)
    return {mean, MaybeValue(node.unsupported("of no more elements than 'correction'"))};
  return {mean, node.multiply(variance, count / (count - correction))};
}
static MaybeValue importVar(AtenNode &node) {
  return momentsOf(node).variance;
}
static MaybeValue importStd(AtenNode &node) {
  return node.create<graph::SqrtOp>(momentsOf(node).variance);
}
static Results importVarMean(AtenNode &node) {
  auto [mean, variance] = momentsOf(node);
  if (failed(mean) || failed(variance))
    return failure();
  return SmallVector<Value>{*variance, *mean};
}

/// aten.linalg_vector_norm and norm, of order 1, 2 and infinity.
static MaybeValue vectorNorm(AtenNode &node, double order) {
  Reduction of = readReduction(node);
  if (failed(of.input))
    return failure();
  if (order == 2)
    return node.create<graph::SqrtOp>(
        node.create<graph::SumOp>(square(node, of.input), of.dims, of.keepDims));
  MaybeValue magnitudes = node.create<graph::AbsOp>(of.input);
  if (order == 1)
    return node.create<graph::SumOp>(magnitudes, of.dims, of.keepDims);
  if (std::isinf(order) && order > 0)
    return node.create<graph::ReduceMaxOp>(magnitudes, of.dims, of.keepDims);
  return node.unsupported("a norm of order " + std::to_string(order));
}
static MaybeValue importVectorNorm(AtenNode &node) {
  return vectorNorm(node, node.number("ord", 2));
}
static MaybeValue importNorm(AtenNode &node) {
  return vectorNorm(node, node.number("p", 2));
}

/// aten.logsumexp: the largest is taken out first, so that exp does not overflow.
static MaybeValue importLogSumExp(AtenNode &node) {
  Reduction of = readReduction(node);
  MaybeValue largest = node.create<graph::ReduceMaxOp>(of.input, of.dims, /*keepDims=*/true);
  MaybeValue powers = node.create<graph::ExpOp>(node.subtract(of.input, largest));
  MaybeValue logarithm =
      node.create<graph::LogOp>(node.create<graph::SumOp>(powers, of.dims, of.keepDims));
  return failed(logarithm) ? logarithm
                           : node.add(logarithm, node.reshape(largest, shapeOf(*logarithm)));
}

void registerReduction(OpTable &table) {
  table.add("aten.mean.dim", importReduction<graph::MeanOp>);
  table.add("aten.mean.default", importReduction<graph::MeanOp>);
  table.add("aten.sum.dim_IntList", importReduction<graph::SumOp>);
  table.add("aten.sum.default", importReduction<graph::SumOp>);
  table.add("aten.amax.default", importReduction<graph::ReduceMaxOp>);
  table.add("aten.amin.default", importReduction<graph::ReduceMinOp>);
  table.add("aten.max.default", importReduction<graph::ReduceMaxOp>);
  table.add("aten.min.default", importReduction<graph::ReduceMinOp>);
  table.add("aten.prod.default", importProd);
  table.add("aten.prod.dim_int", importProd);
  table.add("aten.argmax.default", importArg<graph::ArgMaxOp>);
  table.add("aten.argmin.default", importArg<graph::ArgMinOp>);
  table.addList("aten.max.dim", importBestOfDim<graph::ReduceMaxOp, graph::ArgMaxOp>);
  table.addList("aten.min.dim", importBestOfDim<graph::ReduceMinOp, graph::ArgMinOp>);
  for (StringRef form : {"default", "dim", "correction"}) {
    table.add(("aten.var." + form).str(), importVar);
    table.add(("aten.std." + form).str(), importStd);
    table.addList(("aten.var_mean." + form).str(), importVarMean);
  }
  table.add("aten.linalg_vector_norm.default", importVectorNorm);
  table.add("aten.norm.ScalarOpt_dim", importNorm);
  table.add("aten.logsumexp.default", importLogSumExp);
}

} // namespace tandem::torch
