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

namespace {
/// What nn.MultiheadAttention has.
struct MultiHead {
  MaybeValue weight, bias, outWeight, outBias,
      mask; ///< mask: truth values of what is seen, or null
  int64_t width = 0, heads = 0;
};

/// 'mask' holds where nothing is seen: of [query, key], by 'mask_type' 1 of [batch, key].
MaybeValue visibleBy(AtenNode &node) {
  MaybeValue mask = node.optionalTensor("mask");
  if (failed(mask) || !*mask)
    return mask;
  mask = getElementTypeOrSelf(*mask).isInteger(1) ? node.create<graph::LogicalNotOp>(mask)
                                                  : node.compare<graph::EqualOp>(mask, 0.0);
  ArrayRef<int64_t> shape = failed(mask) ? ArrayRef<int64_t>() : shapeOf(*mask);
  bool isOfKeys = node.integer("mask_type", 0) == 1;
  return isOfKeys && shape.size() == 2 ? node.reshape(mask, {shape[0], 1, 1, shape[1]}) : mask;
}

FailureOr<MultiHead> readMultiHead(AtenNode &node) {
  MultiHead of{node.tensor("qkv_weight"), node.tensor("qkv_bias"), node.tensor("proj_weight"),
               node.tensor("proj_bias"), visibleBy(node)};
  of.width = node.integer("embed_dim");
  of.heads = node.integer(node.has("num_head") ? "num_head" : "num_heads");
  if (node.failed() || failed(of.weight) || failed(of.bias) || failed(of.mask))
    return failure();
  if (of.heads < 1 || of.width < 1 || of.width % of.heads != 0 ||
      shapeOf(*of.weight) != ArrayRef<int64_t>({3 * of.width, of.width}))
    return node.invalid(Twine(of.heads) + " heads of rows of " + Twine(of.width));
  return of;
}

MaybeValue multiHead(AtenNode &node, const MultiHead &of, MaybeValue query, MaybeValue key,
                     MaybeValue value) {
  if (failed(query) || failed(key) || failed(value) || shapeOf(*query).size() != 3)
    return node.invalid("a query that is no batch of rows");
  SmallVector<MaybeValue> parts;
  if (*query == *key && *key == *value) { // one product for all three
    MaybeValue rows = multiplyRows(node, query, of.weight, of.bias);
    for (int64_t i = 0; i < 3; ++i)
      parts.push_back(sliceAlong(node, rows, 2, i * of.width, of.width));
  } else {
    for (MaybeValue input : {query, key, value}) {
      int64_t begin = static_cast<int64_t>(parts.size()) * of.width;
      parts.push_back(multiplyRows(node, input, sliceAlong(node, of.weight, 0, begin, of.width),
                                   sliceAlong(node, of.bias, 0, begin, of.width)));
    }
  }
  for (MaybeValue &part : parts)
    part = perHead(node, part, of.heads);
  double scale = 1 / std::sqrt(static_cast<double>(of.width / of.heads));
  MaybeValue result =
      node.transpose(attend(node, parts[0], parts[1], parts[2], of.mask, scale), {0, 2, 1, 3});
  return multiplyRows(node, node.reshape(result, shapeOf(*query)), of.outWeight, of.outBias);
}
} // namespace

/// aten._native_multi_head_attention, which a traced nn.MultiheadAttention calls. Of its two
/// results only the first is made.
static MaybeValue importMultiHead(AtenNode &node) {
  FailureOr<MultiHead> of = readMultiHead(node);
  return failed(of)
             ? MaybeValue(failure())
             : multiHead(node, *of, node.tensor("query"), node.tensor("key"), node.tensor("value"));
}

/// aten._transformer_encoder_layer_fwd, which a traced nn.TransformerEncoderLayer calls.
static MaybeValue importEncoderLayer(AtenNode &node) {
  MaybeValue x = node.tensor("src");
  FailureOr<MultiHead> of = readMultiHead(node);
  bool isGelu = node.flag("use_gelu", false), isNormFirst = node.flag("norm_first", false);
  double epsilon = node.number("eps", 1e-5);
  if (failed(of) || failed(x) || node.failed())
    return failure();
  auto normal = [&](MaybeValue rows, StringRef place) {
    MaybeValue result = normalizeOver(node, rows, {2}, epsilon).result;
    return node.add(node.multiply(result, node.tensor(("norm_weight_" + place).str())),
                    node.tensor(("norm_bias_" + place).str()));
  };
  auto attended = [&](MaybeValue rows) { return multiHead(node, *of, rows, rows, rows); };
  auto fed = [&](MaybeValue rows) {
    MaybeValue wide =
        multiplyRows(node, rows, node.tensor("ffn_weight_1"), node.tensor("ffn_bias_1"));
    wide = isGelu ? node.create<graph::GeluOp>(wide) : node.create<graph::ReluOp>(wide);
    return multiplyRows(node, wide, node.tensor("ffn_weight_2"), node.tensor("ffn_bias_2"));
  };
  if (isNormFirst) {
    x = node.add(x, attended(normal(x, "1")));
    return node.add(x, fed(normal(x, "2")));
  }
  x = normal(node.add(x, attended(x)), "1");
  return normal(node.add(x, fed(x)), "2");
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
  table.add("aten._transformer_encoder_layer_fwd.default", importEncoderLayer);
  table.add("aten.einsum.default", importEinsum);
  table.add("aten.baddbmm.default", importBaddbmm);
}

} // namespace tandem::torch
