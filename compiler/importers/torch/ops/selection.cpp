#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/norms.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/indices.h"
#include "compiler/importers/torch/node.h"

#include "mlir/Dialect/Traits.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;

static MaybeValue importGather(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  return node.failed() ? MaybeValue(failure())
                       : gatherElements(node, input, node.tensor("index"), dim);
}

static MaybeValue importIndexSelect(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  return node.failed() ? MaybeValue(failure()) : takeAlong(node, input, node.tensor("index"), dim);
}

static MaybeValue importEmbedding(AtenNode &node) {
  return takeAlong(node, node.tensor("weight"), node.tensor("indices"), 0);
}

/// aten.index: of tensors of indices beside each other, which broadcast; dimensions without one
/// stay. Where the indexed dimensions are not neighbours, theirs come first.
static MaybeValue importIndex(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  SmallVector<Value> indices = node.optionalTensors("indices");
  if (node.failed() || failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  SmallVector<int64_t> indexed;
  for (auto [dim, index] : llvm::enumerate(indices)) {
    if (!index)
      continue;
    if (getElementTypeOrSelf(index).isInteger(1))
      return node.unsupported("a mask as an index, whose result has an open size");
    indexed.push_back(static_cast<int64_t>(dim));
  }
  if (indexed.empty() || static_cast<int64_t>(indices.size()) > rank)
    return node.invalid("it has " + Twine(indices.size()) + " indices for a tensor of shape " +
                        shapeText(shapeOf(*input)));
  if (indexed.size() == 1)
    return takeAlong(node, input, indices[indexed[0]], indexed[0]);
  // The indexed dimensions to the front, all indices in one tensor.
  SmallVector<int64_t> order(indexed), shape;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(indexed, dim))
      order.push_back(dim);
  for (int64_t dim : indexed) {
    SmallVector<int64_t> both;
    if (!OpTrait::util::getBroadcastedShape(shape, shapeOf(indices[dim]), both))
      return node.invalid("its indices do not broadcast");
    shape = both;
  }
  SmallVector<Value> given;
  for (int64_t dim : indexed)
    given.push_back(indices[dim]);
  MaybeValue rows = joinedIndices(node, given, shape);
  MaybeValue result = gatherNd(node, node.transpose(input, order), rows, 0);
  bool areNeighbours = indexed.back() - indexed.front() + 1 == static_cast<int64_t>(indexed.size());
  if (failed(result) || !areNeighbours || indexed.front() == 0)
    return result;
  // What the indices made goes where the first of their dimensions was.
  auto width = static_cast<int64_t>(shape.size());
  SmallVector<int64_t> back;
  for (int64_t dim = 0; dim < indexed.front(); ++dim)
    back.push_back(width + dim);
  for (int64_t dim = 0; dim < width; ++dim)
    back.push_back(dim);
  for (auto dim = static_cast<int64_t>(back.size()),
            end = static_cast<int64_t>(shapeOf(*result).size());
       dim < end; ++dim)
    back.push_back(dim);
  return node.transpose(result, back);
}

static Results both(AtenNode &node, const TopK &best) {
  MaybeValue indices = node.cast(best.indices, node.builder().getI64Type());
  if (failed(best.values) || failed(indices))
    return failure();
  return SmallVector<Value>{*best.values, *indices};
}

static Results importTopK(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t k = node.integer("k"), dim = node.dim("dim", *input, -1);
  bool largest = node.flag("largest", true);
  return node.failed() ? Results(failure()) : both(node, topK(node, input, k, dim, largest));
}

/// aten.sort and argsort: all elements of a dimension as the best ones.
static TopK sorted(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return {failure(), failure()};
  int64_t dim = node.dim("dim", *input, -1);
  bool descending = node.flag("descending", false);
  constexpr int64_t kMost = 1 << 12; // the kernel looks for one after another
  if (!node.failed() && shapeOf(*input)[dim] > kMost)
    (void)node.unsupported("a dimension of " + Twine(shapeOf(*input)[dim]));
  if (node.failed())
    return {failure(), failure()};
  return topK(node, input, shapeOf(*input)[dim], dim, descending);
}
static Results importSort(AtenNode &node) {
  return both(node, sorted(node));
}
static MaybeValue importArgsort(AtenNode &node) {
  return node.cast(sorted(node).indices, node.builder().getI64Type());
}

template <bool multiplies> static MaybeValue importCumulation(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  std::optional<Type> type = node.resultType();
  if (node.failed())
    return failure();
  Cumulation how{dim};
  how.multiplies = multiplies;
  return cumulate(node, node.cast(input, type.value_or(getElementTypeOrSelf(*input))), how);
}

/// aten.logcumsumexp: what a step has of 2^i elements it adds to what begins 2^i behind them.
static MaybeValue importLogCumSumExp(AtenNode &node) {
  MaybeValue sums = node.tensor("self");
  if (failed(sums))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*sums)), low(shape.size(), 0), high(shape.size(), 0);
  int64_t dim = node.dim("dim", *sums);
  if (node.failed() || shape.empty())
    return sums;
  for (int64_t step = 1; step < shape[dim]; step *= 2) {
    low[dim] = step;
    high[dim] = -step;
    sums = logAddExp(node, sums, padOrCrop(node, sums, low, high, -INFINITY));
  }
  return sums;
}

static MaybeValue importFlip(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  SmallVector<int64_t> given = node.integers("dims"), dims;
  for (int64_t dim : given)
    dims.push_back(normalizedAxis(dim, shapeOf(*input).size()).value_or(-1));
  if (node.failed() || llvm::is_contained(dims, -1))
    return node.invalid("'dims' is " + shapeText(given));
  return reversed(node, input, dims);
}

/// aten.tril and triu: zeros above or below a diagonal.
template <bool upper> static MaybeValue importTriangle(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  int64_t diagonal = node.integer("diagonal", 0);
  if (node.failed() || failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  if (rank < 2)
    return node.invalid("a tensor of shape " + shapeText(shapeOf(*input)));
  int64_t rows = shapeOf(*input)[rank - 2], columns = shapeOf(*input)[rank - 1];
  if (columns > 0 && rows > NodeBuilder::kMaxFill / columns)
    return node.unsupported("a matrix of " + Twine(rows) + "x" + Twine(columns));
  SmallVector<int64_t> isKept;
  for (int64_t i = 0; i < rows * columns; ++i) {
    int64_t beyond = i % columns - i / columns;
    isKept.push_back(upper ? beyond >= diagonal : beyond <= diagonal);
  }
  return keepWhere(node, node.integerConstant(node.builder().getI1Type(), {rows, columns}, isKept),
                   input, 0);
}

void registerSelection(OpTable &table) {
  table.addMove("aten.gather.default", importGather);
  table.addMove("aten.index_select.default", importIndexSelect);
  table.addMove("aten.embedding.default", importEmbedding);
  table.addMove("aten.index.Tensor", importIndex);
  table.addList("aten.topk.default", importTopK);
  table.addList("aten.sort.default", importSort);
  table.addList("aten.sort.stable", importSort);
  table.add("aten.argsort.default", importArgsort);
  table.add("aten.argsort.stable", importArgsort);
  table.add("aten.cumsum.default", importCumulation<false>);
  table.add("aten.cumprod.default", importCumulation<true>);
  table.add("aten.logcumsumexp.default", importLogCumSumExp);
  table.addMove("aten.flip.default", importFlip);
  table.add("aten.tril.default", importTriangle<false>);
  table.add("aten.triu.default", importTriangle<true>);
}

} // namespace tandem::torch
