#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/norms.h"
#include "compiler/importers/common/selections.h"
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
  SmallVector<int64_t> ones(shapeOf(*input).size(), 1);
  if (flat)
    input = node.reshape(input, {*elementCount(shapeOf(*input))});
  int64_t dim = node.dim("dim", *input, 0);
  if (node.failed())
    return failure();
  MaybeValue place =
      node.createTyped<OpT>(node.builder().getI64Type(), input, dim, keepDims && !flat);
  return flat && keepDims ? node.reshape(place, ones) : place;
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

static Results importStdMean(AtenNode &node) {
  auto [mean, variance] = momentsOf(node);
  MaybeValue deviation = node.create<graph::SqrtOp>(variance);
  if (failed(mean) || failed(deviation))
    return failure();
  return SmallVector<Value>{*deviation, *mean};
}

/// aten.aminmax: of one dimension, or all.
static Results importAminmax(AtenNode &node) {
  Reduction of = readReduction(node);
  MaybeValue low = node.create<graph::ReduceMinOp>(of.input, of.dims, of.keepDims),
             high = node.create<graph::ReduceMaxOp>(of.input, of.dims, of.keepDims);
  if (failed(low) || failed(high))
    return failure();
  return SmallVector<Value>{*low, *high};
}

/// aten.nansum, nanmean: of what is a number.
template <bool isMean> static MaybeValue importNumbersOnly(AtenNode &node) {
  Reduction of = readReduction(node);
  if (failed(of.input))
    return failure();
  MaybeValue isNumber = node.compare<graph::EqualOp>(of.input, of.input);
  MaybeValue sum =
      node.create<graph::SumOp>(keepWhere(node, isNumber, of.input, 0), of.dims, of.keepDims);
  if (!isMean)
    return sum;
  return node.divide(sum,
                     node.create<graph::SumOp>(node.cast(isNumber, getElementTypeOrSelf(*of.input)),
                                               of.dims, of.keepDims));
}

static MaybeValue importCountNonzero(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  SmallVector<int64_t> dims = node.dims("dim", *x);
  MaybeValue isSet =
      getElementTypeOrSelf(*x).isInteger(1) ? x : node.compare<graph::NotEqualOp>(x, 0.0);
  if (node.failed())
    return failure();
  MaybeValue count = node.create<graph::SumOp>(node.cast(isSet, node.builder().getF32Type()), dims,
                                               /*keepDims=*/false);
  return node.cast(count, node.builder().getI64Type());
}

/// aten.cosine_similarity: the product of both, each over its length, which is 'eps' at least.
static MaybeValue importCosine(AtenNode &node) {
  MaybeValue a = node.tensor("x1"), b = node.tensor("x2");
  double epsilon = node.number("eps", 1e-8);
  MaybeValue products = node.multiply(a, b);
  if (failed(products))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*products).size());
  int64_t dim = node.dim("dim", *products, 1);
  auto direction = [&](MaybeValue x) -> MaybeValue {
    int64_t own = dim - rank + static_cast<int64_t>(shapeOf(*x).size());
    if (own < 0)
      return node.unsupported("a dimension that one of both lacks");
    MaybeValue length = normOver(node, x, own, /*keepDims=*/true, 2);
    return failed(length) ? length
                          : node.divide(x, node.create<graph::MaximumOp>(
                                               length, node.scalarLike(*length, epsilon)));
  };
  if (node.failed())
    return failure();
  return node.create<graph::SumOp>(node.multiply(direction(a), direction(b)),
                                   ArrayRef<int64_t>{dim}, /*keepDims=*/false);
}

/// aten.pairwise_distance: the norm of the difference, to which 'eps' is added.
static MaybeValue importPairwiseDistance(AtenNode &node) {
  MaybeValue difference =
      node.add(node.subtract(node.tensor("x1"), node.tensor("x2")), node.number("eps", 1e-6));
  double order = node.number("p", 2);
  bool keepDims = node.flag("keepdim", false);
  if (node.failed() || failed(difference) || shapeOf(*difference).empty())
    return node.invalid("vectors without a dimension");
  auto last = static_cast<int64_t>(shapeOf(*difference).size()) - 1;
  return normOver(node, difference, last, keepDims, order);
}
static MaybeValue importDist(AtenNode &node) {
  MaybeValue difference = node.subtract(node.tensor("self"), node.tensor("other"));
  double order = node.number("p", 2);
  if (node.failed() || failed(difference))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*difference).size()));
  return normOver(node, difference, all, /*keepDims=*/false, order);
}

/// aten.linalg_vector_norm and norm.
static MaybeValue vectorNorm(AtenNode &node, double order) {
  Reduction of = readReduction(node);
  return node.failed() ? MaybeValue(failure())
                       : normOver(node, of.input, of.dims, of.keepDims, order);
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

/// aten.linalg_norm and linalg_matrix_norm: of one dimension a vector's, of two a matrix's, of all
/// without an order that of the flattened tensor.
static MaybeValue importMatrixNorm(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  bool isMatrix = AtenNode::shortTarget(node.record().target).starts_with("aten.linalg_matrix");
  SmallVector<int64_t> given = node.integers("dim", isMatrix ? SmallVector<int64_t>{-2, -1}
                                                             : SmallVector<int64_t>()),
                       dims;
  bool keepDims = node.flag("keepdim", false), isNamed = node.isString("ord"),
       hasOrder = isNamed || node.has("ord");
  StringRef name = isNamed ? node.string("ord", "") : isMatrix && !hasOrder ? "fro" : "";
  double order = hasOrder && !isNamed ? node.number("ord") : 2;
  for (int64_t dim : given)
    dims.push_back(normalizedAxis(dim, rank).value_or(-1));
  if (node.failed() || llvm::is_contained(dims, -1))
    return node.invalid("'dim' is " + shapeText(given));
  if (given.empty())
    dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  SmallVector<int64_t> ascending(dims);
  llvm::sort(ascending);
  if (name == "fro" || (!hasOrder && !isMatrix) || dims.size() == 1)
    return normOver(node, x, ascending, keepDims, order);
  if (dims.size() != 2 || (std::abs(order) != 1 && !std::isinf(order)) || !name.empty())
    return node.unsupported("the norm '" + (isNamed ? name.str() : std::to_string(order)) +
                            "' of a matrix");
  // The largest sum of a column, or of a row; below 0 the smallest.
  int64_t summed = std::isinf(order) ? dims[1] : dims[0],
          kept = std::isinf(order) ? dims[0] : dims[1];
  MaybeValue sums = normOver(node, x, summed, /*keepDims=*/true, 1);
  MaybeValue best = order > 0
                        ? node.create<graph::ReduceMaxOp>(sums, ArrayRef<int64_t>{kept}, true)
                        : node.create<graph::ReduceMinOp>(sums, ArrayRef<int64_t>{kept}, true);
  if (failed(best) || keepDims)
    return best;
  SmallVector<int64_t> shape;
  for (int64_t d = 0; d < rank; ++d)
    if (!llvm::is_contained(dims, d))
      shape.push_back(shapeOf(*best)[d]);
  return node.reshape(best, shape);
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
  for (StringRef form : {"default", "dim", "correction"})
    table.addList(("aten.std_mean." + form).str(), importStdMean);
  table.addList("aten.aminmax.default", importAminmax);
  table.add("aten.nansum.default", importNumbersOnly<false>);
  table.add("aten.nanmean.default", importNumbersOnly<true>);
  table.add("aten.count_nonzero.default", importCountNonzero);
  table.add("aten.count_nonzero.dim_IntList", importCountNonzero);
  table.add("aten.cosine_similarity.default", importCosine);
  table.add("aten.pairwise_distance.default", importPairwiseDistance);
  table.add("aten.dist.default", importDist);
  table.add("aten.linalg_vector_norm.default", importVectorNorm);
  for (StringRef form : {"ScalarOpt_dim", "ScalarOpt_dtype", "Scalar", "ScalarOpt_dim_dtype"})
    table.add(("aten.norm." + form).str(), importNorm);
  table.add("aten.frobenius_norm.dim", importNorm);
  for (StringRef form : {"linalg_norm.default", "linalg_norm.ord_str", "linalg_matrix_norm.default",
                         "linalg_matrix_norm.str_ord"})
    table.add(("aten." + form).str(), importMatrixNorm);
  table.add("aten.logsumexp.default", importLogSumExp);
}

} // namespace tandem::torch
