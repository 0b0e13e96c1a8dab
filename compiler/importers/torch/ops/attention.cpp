#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// Where the query may see the key: not those behind it.
static MaybeValue causalMask(AtenNode &node, int64_t queries, int64_t keys) {
  if (keys > 0 && queries > NodeBuilder::kMaxFill / keys)
    return node.unsupported("a mask of " + Twine(queries) + "x" + Twine(keys));
  SmallVector<int64_t> isVisible;
  for (int64_t i = 0; i < queries * keys; ++i)
    isVisible.push_back(i % keys <= i / keys);
  return node.integerConstant(node.builder().getI1Type(), {queries, keys}, isVisible);
}

/// Scores with a mask: truth values of what is seen, or numbers to be added.
static MaybeValue masked(AtenNode &node, MaybeValue scores, MaybeValue mask) {
  if (failed(scores) || failed(mask) || !*mask)
    return failed(mask) ? MaybeValue(failure()) : scores;
  if (!getElementTypeOrSelf(*mask).isInteger(1))
    return node.add(scores, mask);
  return node.select(mask, scores, node.scalarLike(*scores, -INFINITY));
}

/// aten.scaled_dot_product_attention of [..., place, width]: softmax of the scaled products of
/// queries and keys, times the values.
static MaybeValue importAttention(AtenNode &node) {
  MaybeValue query = node.tensor("query"), key = node.tensor("key"), value = node.tensor("value");
  MaybeValue mask = node.optionalTensor("attn_mask");
  bool isCausal = node.flag("is_causal", false), isGrouped = node.flag("enable_gqa", false);
  if (node.failed() || failed(query) || failed(key) || failed(value) || failed(mask))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*query)), keyShape(shapeOf(*key));
  if (shape.size() < 2 || keyShape.size() != shape.size())
    return node.invalid("a query of shape " + shapeText(shape) + " and keys of shape " +
                        shapeText(keyShape));
  if (node.number("dropout_p", 0) != 0)
    return node.unsupported("with dropout");
  double scale = node.number("scale", 1 / std::sqrt(static_cast<double>(shape.back())));
  if (isGrouped) { // each head of keys serves several of queries
    auto rank = static_cast<int64_t>(shape.size());
    if (rank < 3 || keyShape[rank - 3] < 1)
      return node.invalid("heads of a query of shape " + shapeText(shape));
    int64_t times = shape[rank - 3] / keyShape[rank - 3];
    key = repeatEach(node, key, rank - 3, times);
    value = repeatEach(node, value, rank - 3, times);
  }
  if (isCausal)
    mask = causalMask(node, shape[shape.size() - 2], keyShape[keyShape.size() - 2]);
  MaybeValue scores = matrixProduct(node, node.multiply(query, scale), key,
                                    /*transposeLhs=*/false, /*transposeRhs=*/true);
  MaybeValue weights = node.create<graph::SoftmaxOp>(
      masked(node, scores, mask), static_cast<int64_t>(shape.size()) - 1, llvm::APFloat(1.0f));
  return matrixProduct(node, weights, value);
}

static MaybeValue importEinsum(AtenNode &node) {
  StringRef equation = node.string("equation", "");
  SmallVector<Value> operands = node.tensors("tensors");
  return node.failed() ? MaybeValue(failure()) : einsum(node, equation, operands);
}

/// aten.baddbmm: beta * self + alpha * batch1 x batch2.
static MaybeValue importBaddbmm(AtenNode &node) {
  double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  MaybeValue product = matrixProduct(node, node.tensor("batch1"), node.tensor("batch2"));
  return node.add(node.multiply(node.tensor("self"), beta), node.multiply(product, alpha));
}

void registerAttention(OpTable &table) {
  table.add("aten.scaled_dot_product_attention.default", importAttention);
  table.add("aten._scaled_dot_product_flash_attention_for_cpu.default", importAttention);
  table.add("aten._scaled_dot_product_efficient_attention.default", importAttention);
  table.add("aten.einsum.default", importEinsum);
  table.add("aten.baddbmm.default", importBaddbmm);
}

} // namespace tandem::torch
