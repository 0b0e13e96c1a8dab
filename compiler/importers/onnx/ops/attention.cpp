#include "compiler/importers/onnx/attention.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

// Attention (opset 23): https://onnx.ai/onnx/operators/onnx__Attention.html, as products of
// matrices and a softmax. What a query may not see gets a large negative number before the softmax,
// and a factor of 0 behind it where a query might see nothing at all.

static constexpr auto kNone = graph::Activation::None;
static constexpr double kHidden = 3e38; // to be added; what is left of it has no effect after exp

MaybeValue splitHeads(OnnxNode &node, MaybeValue x, int64_t heads) {
  if (failed(x) || shapeOf(*x).size() == 4)
    return x;
  ArrayRef<int64_t> shape = shapeOf(*x);
  if (shape.size() != 3 || heads < 1 || shape[2] % heads != 0)
    return node.invalid("an input of shape " + shapeText(shape) + " for " + Twine(heads) +
                        " heads");
  return node.transpose(node.reshape(x, {shape[0], shape[1], heads, shape[2] / heads}),
                        {0, 2, 1, 3});
}

MaybeValue joinHeads(OnnxNode &node, MaybeValue x) {
  MaybeValue places = node.transpose(x, {0, 2, 1, 3});
  if (failed(places))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*places);
  return node.reshape(places, {shape[0], shape[1], shape[2] * shape[3]});
}
MaybeValue repeatHeads(OnnxNode &node, MaybeValue x, int64_t heads) {
  if (failed(x) || shapeOf(*x)[1] == heads)
    return x;
  SmallVector<int64_t> shape(shapeOf(*x));
  if (shape[1] < 1 || heads % shape[1] != 0)
    return node.invalid(Twine(heads) + " heads of queries for " + Twine(shape[1]) + " of keys");
  return repeatEach(node, x, 1, heads / shape[1]);
}

namespace {
struct Attention {
  MaybeValue query = failure(), key = failure(), value = failure(); ///< [batch, head, place, width]
  MaybeValue presentKey = failure(), presentValue = failure();
  int64_t queries = 0, keys = 0, past = 0;
  bool isFlat = false; ///< heads were one behind another in the last dimension
};

MaybeValue times(OnnxNode &node, MaybeValue x, double factor) {
  if (failed(x))
    return failure();
  return node.create<graph::MulOp>(x, node.scalarLike(*x, factor), kNone);
}

/// What was there before comes first.
MaybeValue withPast(OnnxNode &node, MaybeValue x, size_t index) {
  MaybeValue past = node.optionalInput(index);
  if (failed(x) || failed(past) || !*past)
    return failed(past) ? MaybeValue(failure()) : x;
  return concatAlong(node, {*past, *x}, 2);
}

FailureOr<Attention> readAttention(OnnxNode &node) {
  MaybeValue query = node.input(0), key = node.input(1), value = node.input(2);
  int64_t queryHeads = node.integer("q_num_heads", 0), keyHeads = node.integer("kv_num_heads", 0);
  if (node.failed() || failed(query) || failed(key) || failed(value))
    return failure();
  if (!getElementTypeOrSelf(*query).isF32())
    return node.unsupported("elements that are not FLOAT");
  if (node.has(6))
    return node.unsupported("a number of keys that is an input ('nonpad_kv_seqlen')");
  Attention result;
  result.isFlat = shapeOf(*query).size() == 3;
  result.query = splitHeads(node, query, queryHeads);
  MaybeValue newKey = splitHeads(node, key, keyHeads);
  result.presentKey = withPast(node, newKey, 4);
  result.presentValue = withPast(node, splitHeads(node, value, keyHeads), 5);
  if (failed(result.query) || failed(result.presentKey) || failed(result.presentValue))
    return failure();
  if (shapeOf(*result.query).size() != 4)
    return node.invalid("a query of shape " + shapeText(shapeOf(*query)));
  result.queries = shapeOf(*result.query)[2];
  result.keys = shapeOf(*result.presentKey)[2];
  result.past = result.keys - shapeOf(*newKey)[2];
  int64_t heads = shapeOf(*result.query)[1];
  result.key = repeatHeads(node, result.presentKey, heads);
  result.value = repeatHeads(node, result.presentValue, heads);
  return result;
}

/// 1 where a query may see a key by its place, 0 elsewhere; null when all may.
MaybeValue allowedPlaces(OnnxNode &node, const Attention &attention) {
  bool isCausal = node.flag("is_causal", false);
  int64_t left = node.integer("left_window_size", -1),
          right = node.integer("right_window_size", -1);
  if (node.failed())
    return failure();
  if (!isCausal && left < 0 && right < 0)
    return Value();
  if (attention.keys > NodeBuilder::kMaxFill / std::max<int64_t>(attention.queries, 1))
    return node.unsupported("a mask of " + Twine(attention.queries) + "x" + Twine(attention.keys));
  return node.constantOf(Elements::ofReals(
      ElementType::kF32, {attention.queries, attention.keys}, [&](int64_t i) -> double {
        int64_t distance = i % attention.keys - (i / attention.keys + attention.past);
        return !(isCausal && distance > 0) && !(left >= 0 && -distance > left) &&
               !(right >= 0 && distance > right);
      }));
}

/// A mask whose last dimension is shorter than the keys hides the rest.
MaybeValue padMask(OnnxNode &node, MaybeValue mask, int64_t keys, float hidden) {
  if (failed(mask))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*mask);
  if (shape.empty() || shape.back() >= keys || shape.back() == 1)
    return mask;
  SmallVector<int64_t> low(shape.size(), 0), high(low);
  high.back() = keys - shape.back();
  return node.create<graph::PadOp>(mask, low, high, llvm::APFloat(hidden));
}

/// What is added to the scores, and 0 or 1 that the weights are multiplied by; either may be null.
struct Mask {
  MaybeValue added = Value(), allowed = Value();
};
Mask readMask(OnnxNode &node, const Attention &attention) {
  Mask result;
  result.allowed = allowedPlaces(node, attention);
  MaybeValue mask = node.optionalInput(3);
  if (failed(mask) || failed(result.allowed))
    return {failure(), failure()};
  Type real = node.builder().getF32Type();
  if (*mask && getElementTypeOrSelf(*mask).isInteger(1)) {
    MaybeValue given =
        padMask(node, node.createTyped<graph::CastOp>(real, mask), attention.keys, 0);
    result.allowed =
        *result.allowed ? node.create<graph::MulOp>(given, result.allowed, kNone) : given;
  } else if (*mask) {
    result.added = padMask(node, mask, attention.keys, static_cast<float>(-kHidden));
  }
  if (failed(result.allowed) || !*result.allowed)
    return result;
  // (allowed - 1) * large
  MaybeValue hidden = times(
      node, node.create<graph::SubOp>(result.allowed, node.scalarLike(*result.allowed, 1), kNone),
      kHidden);
  result.added = succeeded(result.added) && *result.added
                     ? node.create<graph::AddOp>(result.added, hidden, kNone)
                     : hidden;
  return result;
}

} // namespace

static FailureOr<Values> importAttention(OnnxNode &node) {
  FailureOr<Attention> read = readAttention(node);
  if (failed(read))
    return failure();
  double softcap = node.number("softcap", 0);
  double scale = node.number("scale", 1 / std::sqrt(double(shapeOf(*read->query)[3])));
  int64_t mode = node.integer("qk_matmul_output_mode", 0);
  Mask mask = readMask(node, *read);
  if (node.failed() || failed(mask.added) || failed(mask.allowed))
    return failure();
  MaybeValue scores =
      times(node,
            node.create<graph::BatchMatmulOp>(read->query, read->key,
                                              /*transposeLhs=*/false, /*transposeRhs=*/true),
            scale);
  SmallVector<MaybeValue, 4> stages = {scores};
  if (softcap != 0)
    scores = times(node, node.create<graph::TanhOp>(times(node, scores, 1 / softcap)), softcap);
  stages.push_back(scores);
  if (*mask.added)
    scores = node.create<graph::AddOp>(scores, mask.added, kNone);
  stages.push_back(scores);
  MaybeValue weights = node.create<graph::SoftmaxOp>(scores, /*axis=*/3, llvm::APFloat(1.0f));
  if (*mask.allowed)
    weights = node.create<graph::MulOp>(weights, mask.allowed, kNone);
  stages.push_back(weights);
  MaybeValue result = node.create<graph::BatchMatmulOp>(
      weights, read->value, /*transposeLhs=*/false, /*transposeRhs=*/false);
  if (read->isFlat)
    result = joinHeads(node, result);
  if (failed(result))
    return failure();
  // With a mask the scores behind it are minus infinity where hidden, which ours only come near.
  bool isExact = mode == 0 || mode == 1 || mode == 3 || (mode == 2 && !*mask.allowed);
  if (mode < 0 || mode > 3)
    return node.invalid("'qk_matmul_output_mode' is " + Twine(mode));
  if (node.isRead(3) && !isExact)
    return node.unsupported("scores behind a mask as a result");
  return Values{*result, *read->presentKey, *read->presentValue, *stages[mode]};
}

void registerAttention(OpTable &table) {
  table.addList("Attention", importAttention, Takes::kReals);
}

} // namespace tandem::onnx
