// What is found by order and by comparison with all of another tensor.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// Of elements each with each: what these orders cost.
static constexpr int64_t kMostComparisons = int64_t(1) << 26;

/// Those of `count` others with every element of a tensor of this shape.
static int64_t comparisonsOf(ArrayRef<int64_t> shape, int64_t count) {
  int64_t all = std::min(count, kMostComparisons + 1);
  for (int64_t size : shape) // each step stays far below what an integer holds
    all = all > kMostComparisons ? all : all * std::min(size, kMostComparisons + 1);
  return all;
}

using Results = FailureOr<SmallVector<Value>>;

namespace {

constexpr int64_t kMostRanked = 1 << 12; // the kernel looks for one after another

/// The `k`-th smallest element along a dimension (k from 1) and its place; without the dimension,
/// unless it is kept.
Results kthSmallest(AtenNode &node, MaybeValue x, int64_t k, int64_t dim, bool keepDims) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  if (k < 1 || k > shape[dim])
    return node.invalid("'k' is " + Twine(k) + " of a tensor of shape " + shapeText(shape));
  if (shape[dim] > kMostRanked)
    return node.unsupported("a dimension of " + Twine(shape[dim]));
  SmallVector<int64_t> result(shape);
  if (keepDims)
    result[dim] = 1;
  else
    result.erase(result.begin() + dim);
  TopK best = topK(node, x, k, dim, /*largest=*/false);
  auto last = [&](MaybeValue value) {
    return node.reshape(sliceAlong(node, value, dim, k - 1, 1), result);
  };
  MaybeValue value = last(best.values),
             place = node.cast(last(best.indices), node.builder().getI64Type());
  return failed(value) || failed(place) ? Results(failure()) : SmallVector<Value>{*value, *place};
}

MaybeValue flattened(AtenNode &node, MaybeValue x) {
  return failed(x) ? x : node.reshape(x, {*elementCount(shapeOf(*x))});
}

} // namespace

static Results importKthvalue(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x) || shapeOf(*x).empty())
    return node.unsupported("a tensor without dimensions");
  int64_t k = node.integer("k"), dim = node.dim("dim", *x, -1);
  bool keepDims = node.flag("keepdim", false);
  return node.failed() ? Results(failure()) : kthSmallest(node, x, k, dim, keepDims);
}

/// aten.median: the smaller one of the two in the middle.
static Results importMedian(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  bool isOfAll = !node.has("dim");
  if (isOfAll)
    x = flattened(node, x);
  if (failed(x) || shapeOf(*x).empty())
    return node.unsupported("a tensor without dimensions");
  int64_t dim = isOfAll ? 0 : node.dim("dim", *x);
  bool keepDims = node.flag("keepdim", false);
  if (node.failed())
    return failure();
  return kthSmallest(node, x, (shapeOf(*x)[dim] + 1) / 2, dim, keepDims);
}

/// aten.quantile of one number: between the elements on both sides of its place.
static MaybeValue importQuantile(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double q = node.number("q");
  StringRef how = node.string("interpolation", "linear");
  bool isOfAll = !node.has("dim"), keepDims = node.flag("keepdim", false);
  if (isOfAll && keepDims)
    return node.unsupported("'keepdim' without 'dim'");
  if (isOfAll)
    x = flattened(node, x);
  if (node.failed() || failed(x) || shapeOf(*x).empty())
    return node.unsupported("a tensor without dimensions");
  int64_t dim = isOfAll ? 0 : node.dim("dim", *x);
  if (node.failed() || !(q >= 0 && q <= 1))
    return node.invalid("'q' is " + std::to_string(q));
  double place = q * static_cast<double>(shapeOf(*x)[dim] - 1), low = std::floor(place);
  double part = how == "linear"     ? place - low
                : how == "lower"    ? 0
                : how == "higher"   ? static_cast<double>(place > low)
                : how == "midpoint" ? (place > low) * 0.5
                                    : std::nearbyint(place) - low;
  auto at = [&](double rank) -> MaybeValue {
    Results found = kthSmallest(node, x, static_cast<int64_t>(rank) + 1, dim, keepDims);
    return failed(found) ? MaybeValue(failure()) : MaybeValue(found->front());
  };
  MaybeValue lower = at(low);
  if (part == 0 || failed(lower))
    return lower;
  return node.add(lower, node.multiply(node.subtract(at(low + 1), lower), part));
}

/// Elements [..., 1] beside others [..., n].
static MaybeValue withLastOne(AtenNode &node, MaybeValue x) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  shape.push_back(1);
  return node.reshape(x, shape);
}

/// aten.bucketize and searchsorted: how many of the ordered numbers are below, or with 'right' not
/// above.
static MaybeValue placesAmong(AtenNode &node, MaybeValue ordered, MaybeValue values) {
  bool isRight = node.flag("right", false) || node.string("side", "left") == "right";
  if (node.has("sorter"))
    return node.unsupported("'sorter'");
  if (node.failed() || failed(ordered) || failed(values))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*ordered));
  if (shape.empty())
    return node.invalid("no ordered numbers");
  if (comparisonsOf(shapeOf(*values), shape.back()) > kMostComparisons)
    return node.unsupported("of shape " + shapeText(shapeOf(*values)) + " among " +
                            Twine(shape.back()));
  Type type = getElementTypeOrSelf(*ordered), real = node.builder().getF32Type();
  if (getElementTypeOrSelf(*values) != type)
    type = real;
  if (shape.size() > 1) // of each row its own
    shape.insert(shape.end() - 1, 1);
  MaybeValue numbers = node.reshape(node.cast(ordered, type), shape),
             each = withLastOne(node, node.cast(values, type));
  MaybeValue isBefore = isRight ? node.compare<graph::LessEqualOp>(numbers, each)
                                : node.compare<graph::LessOp>(numbers, each);
  if (failed(isBefore))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*isBefore).size()) - 1;
  MaybeValue count = node.create<graph::SumOp>(node.cast(isBefore, real), ArrayRef<int64_t>{last},
                                               /*keepDims=*/false);
  bool isShort = node.flag("out_int32", false);
  return node.cast(count, isShort ? node.builder().getI32Type() : node.builder().getI64Type());
}
static MaybeValue importBucketize(AtenNode &node) {
  return placesAmong(node, node.tensor("boundaries"), node.tensor("self"));
}
static MaybeValue importSearchSorted(AtenNode &node) {
  MaybeValue ordered = node.tensor("sorted_sequence");
  if (failed(ordered))
    return failure();
  MaybeValue values =
      node.isTensor("self") ? node.tensor("self") : node.scalarLike(*ordered, node.number("self"));
  if (succeeded(values) && !node.isTensor("self"))
    values = node.reshape(values, ArrayRef<int64_t>());
  return placesAmong(node, ordered, values);
}

/// aten.isin: whether an element is any of others.
static MaybeValue importIsIn(AtenNode &node) {
  MaybeValue x = node.tensor("elements");
  if (failed(x))
    return failure();
  MaybeValue others = node.isTensor("test_elements")
                          ? node.tensor("test_elements")
                          : node.scalarLike(*x, node.number("test_element"));
  others = flattened(node, others);
  if (node.failed() || failed(others))
    return failure();
  if (comparisonsOf(shapeOf(*x), shapeOf(*others)[0]) > kMostComparisons)
    return node.unsupported("of shape " + shapeText(shapeOf(*x)) + " among " +
                            Twine(shapeOf(*others)[0]));
  MaybeValue equal = node.compare<graph::EqualOp>(withLastOne(node, x),
                                                  node.cast(others, getElementTypeOrSelf(*x)));
  if (failed(equal))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*equal).size()) - 1;
  MaybeValue any = node.create<graph::ReduceAnyOp>(equal, ArrayRef<int64_t>{last}, false);
  return node.flag("invert", false) ? node.create<graph::LogicalNotOp>(any) : any;
}

/// aten.one_hot: of a number of classes that is said.
static MaybeValue importOneHot(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  int64_t classes = node.integer("num_classes", -1);
  if (node.failed() || failed(x))
    return failure();
  if (classes < 1 || classes > NodeBuilder::kMaxFill)
    return node.unsupported("a number of classes that depends on data, give 'num_classes'");
  Type type = getElementTypeOrSelf(*x);
  SmallVector<int64_t> one(shapeOf(*x).size() + 1, 1);
  return oneHot(node, x, classes, static_cast<int64_t>(shapeOf(*x).size()),
                node.integerConstant(type, one, {1}), node.integerConstant(type, one, {0}));
}

/// aten.cummax, cummin: the best of the elements up to each, and its place, the last one of equals.
template <bool isLargest> static Results importCumulativeBest(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  int64_t dim = node.dim("dim", *x);
  if (node.failed())
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x)), apart(shape);
  int64_t size = shape[dim];
  constexpr int64_t kMostSize = 1 << 10; // its square is a constant
  if (size > kMostSize || comparisonsOf(shape, size) > kMostComparisons ||
      !isa<FloatType>(getElementTypeOrSelf(*x)))
    return node.unsupported("a tensor of shape " + shapeText(shape) + ", or of integers");
  // [..., place, up to there, ...]: what is behind the place does not count.
  apart.insert(apart.begin() + dim, 1);
  SmallVector<int64_t> isUpTo, aligned(apart.size(), 1), axes = {dim + 1};
  for (int64_t i = 0; i < size * size; ++i)
    isUpTo.push_back(i % size <= i / size);
  aligned[dim] = aligned[dim + 1] = size;
  MaybeValue mask = node.integerConstant(node.builder().getI1Type(), aligned, isUpTo);
  MaybeValue each = keepWhere(node, mask, node.reshape(x, apart), isLargest ? -INFINITY : INFINITY);
  MaybeValue best = isLargest ? node.create<graph::ReduceMaxOp>(each, axes, /*keepDims=*/true)
                              : node.create<graph::ReduceMinOp>(each, axes, /*keepDims=*/true);
  MaybeValue isBest = node.create<graph::LogicalAndOp>(
      mask, node.compare<graph::EqualOp>(node.reshape(x, apart), best));
  MaybeValue numbers = countAlong(node, node.builder().getF32Type(),
                                  static_cast<int64_t>(apart.size()), dim + 1, size);
  MaybeValue place = node.create<graph::ReduceMaxOp>(keepWhere(node, isBest, numbers, 0), axes,
                                                     /*keepDims=*/false);
  best = node.reshape(best, shape);
  place = node.cast(place, node.builder().getI64Type());
  return failed(best) || failed(place) ? Results(failure()) : SmallVector<Value>{*best, *place};
}

static MaybeValue importMsort(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x) || shapeOf(*x).empty())
    return x;
  if (shapeOf(*x)[0] > kMostRanked)
    return node.unsupported("a dimension of " + Twine(shapeOf(*x)[0]));
  return topK(node, x, shapeOf(*x)[0], 0, /*largest=*/false).values;
}

/// aten.take: places in the flattened tensor.
static MaybeValue importTake(AtenNode &node) {
  return takeAlong(node, flattened(node, node.tensor("self")), node.tensor("index"), 0);
}

/// aten.take_along_dim: gather, whose other dimensions broadcast.
static MaybeValue importTakeAlongDim(AtenNode &node) {
  MaybeValue x = node.tensor("self"), indices = node.tensor("indices");
  if (!node.has("dim"))
    x = flattened(node, x), indices = flattened(node, indices);
  if (failed(x) || failed(indices))
    return failure();
  int64_t dim = node.dim("dim", *x, 0);
  SmallVector<int64_t> own(shapeOf(*x)), taken(shapeOf(*indices));
  if (node.failed() || own.size() != taken.size())
    return node.invalid("indices of shape " + shapeText(taken));
  for (size_t d = 0; d < own.size(); ++d)
    if (static_cast<int64_t>(d) != dim)
      own[d] = taken[d] = std::max(own[d], taken[d]);
  return gatherElements(node, expandTo(node, x, own), expandTo(node, indices, taken), dim);
}

/// aten.diff: of neighbours, 'n' times.
static MaybeValue importDiff(AtenNode &node) {
  MaybeValue x = node.tensor("self"), before = node.optionalTensor("prepend"),
             behind = node.optionalTensor("append");
  if (failed(x) || failed(before) || failed(behind) || shapeOf(*x).empty())
    return node.unsupported("a tensor without dimensions");
  int64_t times = node.integer("n", 1), dim = node.dim("dim", *x, -1);
  SmallVector<Value> parts;
  for (Value part : {*before, *x, *behind})
    if (part)
      parts.push_back(part);
  if (node.failed())
    return failure();
  x = concatAlong(node, parts, dim);
  for (int64_t i = 0; i < times && succeeded(x); ++i) {
    int64_t left = shapeOf(*x)[dim] - 1;
    if (left < 1)
      return node.unsupported("a result without elements");
    MaybeValue next = sliceAlong(node, x, dim, 1, left), own = sliceAlong(node, x, dim, 0, left);
    bool isTruth = getElementTypeOrSelf(*x).isInteger(1);
    x = isTruth ? node.create<graph::NotEqualOp>(next, own) : node.subtract(next, own);
  }
  return x;
}

void registerRankings(OpTable &table) {
  table.addList("aten.kthvalue.default", importKthvalue);
  table.addList("aten.median.default", importMedian);
  table.addList("aten.median.dim", importMedian);
  table.add("aten.quantile.scalar", importQuantile);
  table.add("aten.bucketize.Tensor", importBucketize);
  table.add("aten.searchsorted.Tensor", importSearchSorted);
  table.add("aten.searchsorted.Scalar", importSearchSorted);
  table.add("aten.isin.Tensor_Tensor", importIsIn);
  table.add("aten.isin.Tensor_Scalar", importIsIn);
  table.add("aten.one_hot.default", importOneHot);
  table.addList("aten.cummax.default", importCumulativeBest<true>);
  table.addList("aten.cummin.default", importCumulativeBest<false>);
  table.add("aten.msort.default", importMsort);
  table.addMove("aten.take.default", importTake);
  table.addMove("aten.take_along_dim.default", importTakeAlongDim);
  table.add("aten.diff.default", importDiff);
}

} // namespace tandem::torch
