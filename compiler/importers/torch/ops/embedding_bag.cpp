// Sums of embeddings: https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

namespace {

enum Mode : int64_t { kSum, kMean, kMax };

struct Bags {
  MaybeValue indices = failure(), offsets = failure(); ///< in i64
  int64_t count = 0;
  bool hasEnd = false;            ///< the last offset is where the last bag ends
  std::optional<int64_t> padding; ///< an index that counts in no bag
};

/// `rows` where a padding index may count from the back, as the public operator has it; else -1 is
/// none.
FailureOr<Bags> readBags(AtenNode &node, std::optional<int64_t> rows) {
  Type type = node.builder().getI64Type();
  Bags bags;
  bags.indices = node.cast(node.tensor("indices"), type);
  bags.offsets = node.cast(node.tensor("offsets"), type);
  bags.hasEnd = node.flag("include_last_offset", false);
  int64_t padding = node.integer("padding_idx", -1);
  if (node.failed() || failed(bags.indices) || failed(bags.offsets))
    return failure();
  if (padding < 0 && rows && node.has("padding_idx"))
    padding += *rows;
  if (padding >= 0)
    bags.padding = padding;
  ArrayRef<int64_t> offsets = shapeOf(*bags.offsets);
  if (shapeOf(*bags.indices).size() != 1 || offsets.size() != 1)
    return node.invalid("indices of shape " + shapeText(shapeOf(*bags.indices)) +
                        " with offsets of shape " + shapeText(offsets));
  bags.count = offsets[0] - bags.hasEnd;
  if (bags.count < 1)
    return node.invalid("no bags");
  return bags;
}

/// [bags, indices]: whether an index counts in a bag.
MaybeValue membersOf(AtenNode &node, const Bags &bags) {
  int64_t indices = shapeOf(*bags.indices)[0];
  Type type = node.builder().getI64Type(), truth = node.builder().getI1Type();
  MaybeValue offsets = bags.offsets;
  if (!bags.hasEnd) {
    MaybeValue end = node.integerConstant(type, {1}, {indices});
    if (failed(end))
      return failure();
    offsets = node.createTyped<graph::ConcatOp>(type, ValueRange{*offsets, *end}, 0);
  }
  auto part = [&](int64_t begin) {
    MaybeValue ends = node.create<graph::SliceOp>(
        offsets, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{bags.count}, ArrayRef<int64_t>{1});
    return node.reshape(ends, {bags.count, 1});
  };
  MaybeValue places = countAlong(node, type, 2, 1, indices);
  MaybeValue members = node.createTyped<graph::LogicalAndOp>(
      truth, node.compare<graph::GreaterEqualOp>(places, part(0)),
      node.compare<graph::LessOp>(places, part(1)));
  if (!bags.padding)
    return members;
  MaybeValue counts =
      node.compare<graph::NotEqualOp>(node.reshape(bags.indices, {1, indices}),
                                      node.integerConstant(type, {1, 1}, {*bags.padding}));
  return node.createTyped<graph::LogicalAndOp>(truth, members, counts);
}

/// The largest of each bag's rows; of an empty one 0.
MaybeValue largest(AtenNode &node, MaybeValue members, MaybeValue rows) {
  if (failed(rows) || failed(members))
    return failure();
  int64_t bags = shapeOf(*members)[0], indices = shapeOf(*rows)[0], width = shapeOf(*rows)[1];
  MaybeValue mask = node.reshape(members, {bags, indices, 1});
  MaybeValue all = keepWhere(node, mask, node.reshape(rows, {1, indices, width}), -INFINITY);
  MaybeValue best = node.create<graph::ReduceMaxOp>(all, ArrayRef<int64_t>{1}, false);
  MaybeValue isFilled =
      node.create<graph::ReduceAnyOp>(members, ArrayRef<int64_t>{1}, /*keepDims=*/true);
  return keepWhere(node, isFilled, best, 0);
}

} // namespace

/// aten.embedding_bag: the product of which index counts in which bag with the rows. Its other
/// results are for training.
template <bool isPublic> static FailureOr<SmallVector<Value>> importEmbeddingBag(AtenNode &node) {
  MaybeValue weight = node.tensor("weight"), factors = node.optionalTensor("per_sample_weights");
  int64_t mode = node.integer("mode", kSum);
  if (node.failed() || failed(weight) || failed(factors))
    return failure();
  if (shapeOf(*weight).size() != 2 || mode < kSum || mode > kMax)
    return node.invalid("'mode' " + Twine(mode) + " of weights of shape " +
                        shapeText(shapeOf(*weight)));
  FailureOr<Bags> bags =
      readBags(node, isPublic ? std::optional(shapeOf(*weight)[0]) : std::nullopt);
  if (failed(bags))
    return failure();
  MaybeValue members = membersOf(node, *bags), rows = takeAlong(node, weight, bags->indices, 0);
  if (failed(members) || failed(rows))
    return failure();
  if (*factors)
    rows = node.multiply(rows, node.reshape(factors, {shapeOf(*rows)[0], 1}));
  MaybeValue result = failure();
  if (mode == kMax) {
    result = largest(node, members, rows);
  } else {
    MaybeValue counts = node.cast(members, getElementTypeOrSelf(*weight));
    result = matrixProduct(node, counts, rows);
    if (mode == kMean) {
      MaybeValue sizes = node.create<graph::SumOp>(counts, ArrayRef<int64_t>{1}, /*keepDims=*/true);
      if (failed(sizes))
        return failure();
      result =
          node.divide(result, node.create<graph::MaximumOp>(sizes, node.scalarLike(*sizes, 1)));
    }
  }
  return failed(result) ? FailureOr<SmallVector<Value>>(failure()) : SmallVector<Value>{*result};
}

void registerEmbeddingBag(OpTable &table) {
  table.addList("aten.embedding_bag.default", importEmbeddingBag<true>);
  table.addList("aten.embedding_bag.padding_idx", importEmbeddingBag<true>);
  table.addList("aten._embedding_bag.default", importEmbeddingBag<false>);
  table.addList("aten._embedding_bag_forward_only.default", importEmbeddingBag<false>);
}

} // namespace tandem::torch
