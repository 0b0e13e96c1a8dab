// Attention as ONNX Runtime's transformer optimizer writes it, over products with all weights in
// one: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
#include "compiler/importers/onnx/attention.h"
#include "compiler/importers/onnx/coded_products.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Heads {
  MaybeValue query = failure(), key = failure(), value = failure(); ///< [batch, head, place, width]
  int64_t past = 0; ///< places of keys that were there before

  int64_t batch() const { return shapeOf(*query)[0]; }
  int64_t queries() const { return shapeOf(*query)[2]; }
  int64_t keys() const { return shapeOf(*key)[2]; }
};

/// -`hidden` where the truth values do not hold, 0 elsewhere.
MaybeValue addedWhere(OnnxNode &node, MaybeValue isSeen, double hidden) {
  if (failed(isSeen))
    return failure();
  MaybeValue zero =
      node.constantOf(Elements::ofReals(ElementType::kF32, {1}, [](int64_t) { return 0.0; }));
  MaybeValue filter =
      node.constantOf(Elements::ofReals(ElementType::kF32, {1}, [&](int64_t) { return hidden; }));
  return node.select(isSeen, zero, filter);
}

/// Of a mask that says how many keys of each entry count, and from which on: [batch] or [2 *
/// batch].
MaybeValue seenByLength(OnnxNode &node, const Heads &heads, MaybeValue mask) {
  int64_t batch = heads.batch();
  Type index = getElementTypeOrSelf(*mask);
  MaybeValue places = node.integerConstant(index, {1, 1, 1, heads.keys()},
                                           llvm::to_vector(llvm::seq<int64_t>(0, heads.keys())));
  auto part = [&](int64_t first) {
    return node.reshape(sliceAlong(node, mask, 0, first, batch), {batch, 1, 1, 1});
  };
  MaybeValue isSeen = node.compare<graph::LessOp>(places, part(0));
  if (shapeOf(*mask)[0] == batch)
    return isSeen;
  return node.createTyped<graph::LogicalAndOp>(
      node.builder().getI1Type(), isSeen, node.compare<graph::GreaterEqualOp>(places, part(batch)));
}

/// What input `index`, a mask of integers, adds to the scores; null when it is left out.
MaybeValue addedByMask(OnnxNode &node, const Heads &heads, size_t index) {
  MaybeValue mask = node.optionalInput(index);
  double hidden = node.number("mask_filter_value", -10000);
  if (failed(mask) || !*mask || node.failed())
    return node.failed() ? MaybeValue(failure()) : mask;
  SmallVector<int64_t> shape(shapeOf(*mask));
  int64_t batch = heads.batch(), keys = heads.keys();
  if (shape.size() == 1 && (shape[0] == batch || shape[0] == 2 * batch))
    return addedWhere(node, seenByLength(node, heads, mask), hidden);
  if (shape == SmallVector<int64_t>{batch, keys})
    shape = {batch, 1, 1, keys};
  else if (shape == SmallVector<int64_t>{batch, heads.queries(), keys})
    shape = {batch, 1, heads.queries(), keys};
  else
    return node.unsupported("a mask of shape " + shapeText(shape));
  return addedWhere(node, node.compare<graph::GreaterOp>(node.reshape(mask, shape), 0.0), hidden);
}

/// What hides the keys behind each query; null when all are seen.
MaybeValue addedByOrder(OnnxNode &node, const Heads &heads) {
  if (!node.flag("unidirectional", false) || node.failed())
    return node.failed() ? MaybeValue(failure()) : Value();
  int64_t keys = heads.keys();
  if (keys > NodeBuilder::kMaxFill / std::max<int64_t>(heads.queries(), 1))
    return node.unsupported("a mask of " + Twine(heads.queries()) + "x" + Twine(keys));
  constexpr double kHidden = -3e38; // nothing is left of it behind the softmax
  return node.constantOf(
      Elements::ofReals(ElementType::kF32, {heads.queries(), keys}, [&](int64_t i) {
        return i % keys > i / keys + heads.past ? kHidden : 0.0;
      }));
}

/// [batch, place, head * width], of masks at input `maskIndex` and numbers that are added at
/// `biasIndex`.
MaybeValue attend(OnnxNode &node, const Heads &heads, size_t maskIndex, size_t biasIndex) {
  if (failed(heads.query) || failed(heads.key) || failed(heads.value))
    return failure();
  double scale = node.number("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(shapeOf(*heads.query)[3]));
  MaybeValue scores = node.multiply(node.create<graph::BatchMatmulOp>(heads.query, heads.key,
                                                                      /*transposeLhs=*/false,
                                                                      /*transposeRhs=*/true),
                                    scale);
  for (MaybeValue added : {addedByMask(node, heads, maskIndex), addedByOrder(node, heads),
                           node.optionalInput(biasIndex)}) {
    if (failed(added))
      return failure();
    if (*added)
      scores = node.add(scores, added);
  }
  MaybeValue weights = node.create<graph::SoftmaxOp>(scores, /*axis=*/3, llvm::APFloat(1.0f));
  return joinHeads(node, node.create<graph::BatchMatmulOp>(weights, heads.value,
                                                           /*transposeLhs=*/false,
                                                           /*transposeRhs=*/false));
}

/// Keys (0) or values (1) with those of a past [2, batch, head, place, width] in front.
MaybeValue behindPast(OnnxNode &node, MaybeValue x, MaybeValue past, int64_t which) {
  if (failed(x) || failed(past) || !*past)
    return failed(past) ? MaybeValue(failure()) : x;
  SmallVector<int64_t> shape(shapeOf(*past));
  if (shape.size() != 5 || shape[0] != 2)
    return node.invalid("a past of shape " + shapeText(shape));
  shape.erase(shape.begin());
  MaybeValue part = node.reshape(sliceAlong(node, past, 0, which, 1), shape);
  return failed(part) ? part : concatAlong(node, {*part, *x}, 2);
}

/// Queries, keys and values side by side in the last dimension, of these widths, to the result and
/// what is the past of the next run.
FailureOr<Values> attendTo(OnnxNode &node, MaybeValue all, ArrayRef<int64_t> widths,
                           size_t maskIndex, size_t pastIndex, size_t biasIndex) {
  int64_t count = node.integer("num_heads");
  MaybeValue past = node.optionalInput(pastIndex);
  if (failed(all) || failed(past) || node.failed())
    return failure();
  FailureOr<SmallVector<Value>> parts = splitAlong(node, all, 2, widths);
  if (failed(parts))
    return failure();
  Heads heads;
  heads.query = splitHeads(node, (*parts)[0], count);
  heads.key = behindPast(node, splitHeads(node, (*parts)[1], count), past, 0);
  heads.value = behindPast(node, splitHeads(node, (*parts)[2], count), past, 1);
  if (failed(heads.query) || failed(heads.key))
    return failure();
  heads.past = heads.keys() - heads.queries();
  MaybeValue result = attend(node, heads, maskIndex, biasIndex);
  if (failed(result))
    return failure();
  if (!node.isRead(1))
    return Values{*result};
  SmallVector<Value> present;
  for (MaybeValue part : {heads.key, heads.value}) {
    if (failed(part))
      return failure();
    SmallVector<int64_t> shape(shapeOf(*part));
    shape.insert(shape.begin(), 1);
    MaybeValue apart = node.reshape(part, shape);
    if (failed(apart))
      return failure();
    present.push_back(*apart);
  }
  MaybeValue both = concatAlong(node, present, 0);
  return failed(both) ? FailureOr<Values>(failure()) : Values{*result, *both};
}

LogicalResult refuseRotary(OnnxNode &node) {
  if (node.flag("do_rotary", false))
    return node.unsupported("'do_rotary'");
  return success(!node.failed());
}
} // namespace

/// com.microsoft.Attention: an input times the weights of queries, keys and values at once.
static FailureOr<Values> importMicrosoftAttention(OnnxNode &node) {
  MaybeValue input = node.input(0), weights = node.transposed(1, {1, 0}),
             bias = node.optionalInput(2);
  SmallVector<int64_t> widths = node.integers("qkv_hidden_sizes", SmallVector<int64_t>());
  if (failed(input) || failed(weights) || failed(bias) || failed(refuseRotary(node)))
    return failure();
  if (node.has(6))
    return node.unsupported("a past in a buffer of its own ('past_sequence_length')");
  int64_t all = shapeOf(*weights)[0];
  if (widths.empty())
    widths.assign(3, all / 3);
  if (shapeOf(*input).size() != 3 || widths.size() != 3 || widths[0] + widths[1] + widths[2] != all)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)) +
                        " and weights of shape " + shapeText(shapeOf(*weights)));
  return attendTo(node, multiplyRows(node, input, weights, bias), widths, 3, 4, 5);
}

/// com.microsoft.QAttention: the same of codes; the sums of their products are scaled back first.
static FailureOr<Values> importQAttention(OnnxNode &node) {
  MaybeValue input = node.input(0), bias = node.input(2),
             scale = node.multiply(node.input(3), node.input(4)), zero = node.optionalInput(6);
  FailureOr<Elements> matrix = node.constant(1, "the matrix of weights");
  if (failed(input) || failed(bias) || failed(scale) || failed(zero) || failed(matrix) ||
      failed(refuseRotary(node)))
    return failure();
  if (matrix->shape().size() != 2 || shapeOf(*input).size() != 3 || matrix->shape()[1] % 3 != 0)
    return node.invalid("weights of shape " + shapeText(matrix->shape()));
  if (graph::isQuantized((*input).getType()))
    return node.unsupported("codes of a known scale");
  std::optional<Elements> zeros = node.known(7);
  auto weights = codedWeights(node, *matrix, zeros, /*outputAxis=*/1, {1, 0});
  if (failed(weights))
    return failure();
  if (!*weights || (node.has(7) && !zeros))
    return node.unsupported("weights that are no codes of 8 bits with known zero points");
  MaybeValue sums = sumsOfRows(node, input, *zero ? node.reshape(zero, {}) : zero, **weights);
  MaybeValue all =
      node.add(node.multiply(node.cast(sums, node.builder().getF32Type()), scale), bias);
  return attendTo(node, all, SmallVector<int64_t>(3, matrix->shape()[1] / 3), 5, 8, SIZE_MAX);
}

/// Part of the bias of queries, keys and values: `size` numbers from `first` on, added.
static MaybeValue withBias(OnnxNode &node, MaybeValue x, MaybeValue bias, int64_t first) {
  if (failed(x) || failed(bias) || !*bias)
    return failed(bias) ? MaybeValue(failure()) : x;
  if (shapeOf(*x).size() != 3)
    return node.unsupported("a bias of keys that have their heads apart");
  return node.add(x, sliceAlong(node, bias, 0, first, shapeOf(*x)[2]));
}

/// com.microsoft.MultiHeadAttention: of queries, keys and values that are products already.
static FailureOr<Values> importMultiHeadAttention(OnnxNode &node) {
  MaybeValue query = node.input(0), key = node.optionalInput(1), value = node.optionalInput(2),
             bias = node.optionalInput(3);
  int64_t count = node.integer("num_heads");
  if (failed(query) || failed(key) || failed(value) || failed(bias) || node.failed())
    return failure();
  if (!*key || !*value || shapeOf(*query).size() != 3 || node.has(8) || node.has(9))
    return node.unsupported("keys or values that are packed, or in a buffer of their own");
  int64_t width = shapeOf(*query)[2];
  int64_t keyWidth = shapeOf(*key).size() == 3 ? shapeOf(*key)[2] : width;
  Heads heads;
  heads.query = splitHeads(node, withBias(node, query, bias, 0), count);
  MaybeValue keys = splitHeads(node, withBias(node, key, bias, width), count),
             values = splitHeads(node, withBias(node, value, bias, width + keyWidth), count),
             pastKey = node.optionalInput(6), pastValue = node.optionalInput(7);
  if (failed(keys) || failed(values) || failed(pastKey) || failed(pastValue))
    return failure();
  heads.key = *pastKey ? concatAlong(node, {*pastKey, *keys}, 2) : keys;
  heads.value = *pastValue ? concatAlong(node, {*pastValue, *values}, 2) : values;
  heads.past = *pastKey ? shapeOf(*pastKey)[2] : 0;
  MaybeValue result = attend(node, heads, 4, 5);
  if (failed(result))
    return failure();
  return Values{*result, *heads.key, *heads.value};
}

void registerMicrosoftAttention(OpTable &table) {
  table.addList("com.microsoft.Attention", importMicrosoftAttention, Takes::kReals);
  table.addList("com.microsoft.QAttention", importQAttention);
  table.addList("com.microsoft.MultiHeadAttention", importMultiHeadAttention, Takes::kReals);
}

} // namespace tandem::onnx
