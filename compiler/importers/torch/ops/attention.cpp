#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/common/pieces.h"
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

/// Of [..., place, width]: softmax of the scaled products of queries and keys, times the values.
static MaybeValue attend(AtenNode &node, MaybeValue query, MaybeValue key, MaybeValue value,
                         MaybeValue mask, double scale) {
  MaybeValue scores = matrixProduct(node, node.multiply(query, scale), key,
                                    /*transposeLhs=*/false, /*transposeRhs=*/true);
  if (failed(scores))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*scores).size()) - 1;
  MaybeValue weights =
      node.create<graph::SoftmaxOp>(masked(node, scores, mask), last, llvm::APFloat(1.0f));
  return matrixProduct(node, weights, value);
}

/// aten.scaled_dot_product_attention.
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
  return attend(node, query, key, value, mask, scale);
}

/// Rows [batch, place, width] as [batch, head, place, part of the width].
static MaybeValue perHead(AtenNode &node, MaybeValue rows, int64_t heads) {
  if (failed(rows))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*rows);
  if (shape.size() != 3)
    return node.invalid("rows of shape " + shapeText(shape));
  return node.transpose(node.reshape(rows, {shape[0], shape[1], heads, shape[2] / heads}),
                        {0, 2, 1, 3});
}

/// aten._native_multi_head_attention, which a traced nn.MultiheadAttention calls. Of its two
/// results only the first is made.
static MaybeValue importMultiHead(AtenNode &node) {
  MaybeValue query = node.tensor("query"), key = node.tensor("key"), value = node.tensor("value"),
             weight = node.tensor("qkv_weight"), bias = node.tensor("qkv_bias");
  int64_t width = node.integer("embed_dim"), heads = node.integer("num_head");
  if (node.failed() || failed(query) || failed(key) || failed(value) || failed(weight) ||
      failed(bias))
    return failure();
  if (node.has("mask"))
    return node.unsupported("with a mask");
  if (shapeOf(*query).size() != 3 || heads < 1 || width < 1 || width % heads != 0 ||
      shapeOf(*weight) != ArrayRef<int64_t>({3 * width, width}))
    return node.invalid(Twine(heads) + " heads of a query of shape " + shapeText(shapeOf(*query)));
  SmallVector<MaybeValue> parts;
  if (*query == *key && *key == *value) { // one product for all three
    MaybeValue rows = multiplyRows(node, query, weight, bias);
    for (int64_t i = 0; i < 3; ++i)
      parts.push_back(sliceAlong(node, rows, 2, i * width, width));
  } else {
    for (MaybeValue input : {query, key, value}) {
      int64_t begin = static_cast<int64_t>(parts.size()) * width;
      parts.push_back(multiplyRows(node, input, sliceAlong(node, weight, 0, begin, width),
                                   sliceAlong(node, bias, 0, begin, width)));
    }
  }
  for (MaybeValue &part : parts)
    part = perHead(node, part, heads);
  double scale = 1 / std::sqrt(static_cast<double>(width / heads));
  MaybeValue result =
      node.transpose(attend(node, parts[0], parts[1], parts[2], Value(), scale), {0, 2, 1, 3});
  return multiplyRows(node, node.reshape(result, shapeOf(*query)), node.tensor("proj_weight"),
                      node.tensor("proj_bias"));
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
  table.add("aten._native_multi_head_attention.default", importMultiHead);
  table.add("aten.einsum.default", importEinsum);
  table.add("aten.baddbmm.default", importBaddbmm);
}

} // namespace tandem::torch
