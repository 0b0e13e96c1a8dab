// Attention layers: https://keras.io/api/layers/attention_layers/
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/masks.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

namespace {
struct Operands {
  mlir::Value query, value, key;
};
constexpr llvm::StringLiteral kOperands[] = {"query", "value", "key"}; ///< in a call's order

/// Three dimensions each; the keys are the values where the call has none. Behind them may be a
/// mask.
FailureOr<Operands> readOperands(Layer &layer, bool isList) {
  Values given;
  if (isList) {
    given = Values(layer.inputs());
  } else {
    for (auto [index, name] : llvm::enumerate(kOperands))
      given.append(layer.tensorsIn(layer.argument(index, name)));
  }
  size_t masks = layer.tensorsIn(layer.find("attention_mask")).size();
  if (given.size() + masks != layer.inputs().size() || given.size() < 2 || given.size() > 3)
    return layer.invalid("has " + Twine(layer.inputs().size()) +
                         " inputs, expected a query, values and maybe keys");
  for (mlir::Value tensor : given)
    if (shapeOf(tensor).size() != 3)
      return layer.unsupported("an input of shape " + shapeText(shapeOf(tensor)) +
                               ", only those of 3 dimensions are");
    else if (!isa<FloatType>(getElementTypeOrSelf(tensor)))
      return layer.unsupported("inputs of integers");
  return Operands{given[0], given[1], given.back()};
}

/// How Keras hides from a query what it may not see: it matters to one that sees nothing.
enum class Hides {
  kBySubtracting, ///< 1e9, so that all is seen alike
  kWholly,        ///< all is seen alike, too
  kAndGivesZeros,
};

/// Softmax of the scores [..., query, key], of what the query may see; the mask may be null.
MaybeValue weightsOf(Layer &layer, MaybeValue scores, MaybeValue mask, bool isCausal, Hides how) {
  if (failed(scores) || failed(mask))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*scores);
  auto rank = static_cast<int64_t>(shape.size());
  bool isMasked = bool(*mask);
  if (isCausal)
    mask = bothMasks(layer, mask, causalMask(layer, shape[rank - 2], shape[rank - 1]));
  if (isMasked || isCausal)
    scores = keepVisible(layer, mask, scores, how != Hides::kBySubtracting || !isMasked);
  MaybeValue weights = layer.create<graph::SoftmaxOp>(scores, rank - 1, llvm::APFloat(1.0f));
  return isMasked && how == Hides::kAndGivesZeros ? keepWhere(layer, mask, weights, 0) : weights;
}

/// A mask [batch, place] as one of [batch, 1, place], or with `isOfQueries` [batch, place, 1]; null
/// where there is none.
MaybeValue maskOfPairs(Layer &layer, mlir::Value mask, bool isOfQueries) {
  if (!mask)
    return mask;
  ArrayRef<int64_t> shape = shapeOf(mask);
  if (shape.size() != 2)
    return layer.unsupported("a mask of shape " + shapeText(shape));
  return isOfQueries ? layer.reshape(mask, {shape[0], shape[1], 1})
                     : layer.reshape(mask, {shape[0], 1, shape[1]});
}

/// What attention gives, and the weights where the call asks for them.
Results withScores(Layer &layer, MaybeValue result, MaybeValue weights) {
  bool wantsScores = layer.flag("return_attention_scores", false);
  if (layer.failed() || failed(result) || failed(weights))
    return failure();
  return wantsScores ? Values{*result, *weights} : Values{*result};
}

/// Of Attention and AdditiveAttention: the values' mask hides, the queries' makes zeros.
Results attend(Layer &layer, const Operands &operands, MaybeValue scores, bool isCausal) {
  MaybeValue weights =
      weightsOf(layer, scores, maskOfPairs(layer, layer.mask(1), /*isOfQueries=*/false), isCausal,
                Hides::kBySubtracting);
  MaybeValue result = matrixProduct(layer, weights, operands.value);
  MaybeValue ofQueries = maskOfPairs(layer, layer.mask(0), /*isOfQueries=*/true);
  if (failed(ofQueries))
    return failure();
  return withScores(layer, *ofQueries ? keepWhere(layer, ofQueries, result, 0) : result, weights);
}

/// tanh(query + key) for each pair of them, [batch, query, key, width]; the sum times `scale`,
/// unless that is null.
MaybeValue tanhOfPairs(Layer &layer, const Operands &operands, MaybeValue scale) {
  ArrayRef<int64_t> query = shapeOf(operands.query), key = shapeOf(operands.key);
  MaybeValue sum = layer.add(layer.reshape(operands.query, {query[0], query[1], 1, query[2]}),
                             layer.reshape(operands.key, {key[0], 1, key[1], key[2]}));
  if (succeeded(scale) && *scale)
    sum = layer.multiply(sum, scale);
  return layer.create<graph::TanhOp>(sum);
}
MaybeValue sumOfLast(Layer &layer, MaybeValue x) {
  return layer.create<graph::SumOp>(x, ArrayRef<int64_t>{3}, /*keepDims=*/false);
}

/// Attention: products of query and key, or with 'concat' a weighted sum of tanh(query + key).
Results importAttention(Layer &layer) {
  FailureOr<Operands> operands = readOperands(layer, /*isList=*/true);
  bool hasScale = layer.flag("use_scale", false);
  bool isCausal = layer.flag("causal", false) || layer.flag("use_causal_mask", false);
  StringRef mode = layer.string("score_mode", "dot");
  if (failed(operands) || layer.failed())
    return failure();
  MaybeValue scale = Value();
  if (hasScale)
    scale = layer.reshape(layer.weight(0, "scale", {}), {1});
  MaybeValue scores = failure();
  if (mode == "dot") {
    scores = matrixProduct(layer, operands->query, operands->key, /*transposeLhs=*/false,
                           /*transposeRhs=*/true);
    if (hasScale)
      scores = layer.multiply(scores, scale);
  } else if (mode == "concat") {
    scores = layer.multiply(sumOfLast(layer, tanhOfPairs(layer, *operands, scale)),
                            layer.reshape(layer.weight(hasScale, "concat score weight", {}), {1}));
  } else {
    return layer.invalid("'score_mode' is '" + mode + "'");
  }
  return attend(layer, *operands, scores, isCausal);
}

/// AdditiveAttention: a sum of tanh(query + key), weighted by 'scale'.
Results importAdditiveAttention(Layer &layer) {
  FailureOr<Operands> operands = readOperands(layer, /*isList=*/true);
  bool hasScale = layer.flag("use_scale", true);
  bool isCausal = layer.flag("causal", false) || layer.flag("use_causal_mask", false);
  if (failed(operands) || layer.failed())
    return failure();
  MaybeValue pairs = tanhOfPairs(layer, *operands, mlir::Value());
  if (hasScale)
    pairs = layer.multiply(pairs, layer.weight(0, "scale", shapeOf(operands->query)[2]));
  return attend(layer, *operands, sumOfLast(layer, pairs), isCausal);
}

/// What each query of several heads may see, [batch, 1, query, key], by the masks of all operands
/// and the one that the call is given; null: all.
MaybeValue visibleKeys(Layer &layer) {
  Values given = layer.tensorsIn(layer.find("attention_mask"));
  // What its queries that see nothing give is not as Keras 2 has it yet.
  if (layer.kerasMajor() < 3 && (layer.hasMask() || !given.empty()))
    return layer.unsupported("a mask, in Keras 2");
  MaybeValue visible = mlir::Value();
  for (auto [index, name] : llvm::enumerate(kOperands)) {
    const Json *operand = layer.argument(index, name);
    const Json *place = operand ? member(*operand, "tensor") : nullptr;
    if (std::optional<int64_t> input = place ? asInt(*place) : std::nullopt)
      visible = bothMasks(layer, visible,
                          maskOfPairs(layer, layer.mask(*input), /*isOfQueries=*/index == 0));
  }
  auto withHeads = [&](MaybeValue mask) -> MaybeValue {
    if (failed(mask) || !*mask)
      return mask;
    SmallVector<int64_t> shape(shapeOf(*mask));
    while (shape.size() < 4)
      shape.insert(shape.size() < 2 ? shape.begin() : shape.end() - 2, 1);
    return layer.reshape(mask, shape);
  };
  if (given.empty())
    return withHeads(visible);
  MaybeValue own = given.front();
  if (!getElementTypeOrSelf(*own).isInteger(1))
    own = layer.compare<graph::NotEqualOp>(own, 0);
  return bothMasks(layer, withHeads(visible), withHeads(own));
}

/// MultiHeadAttention of Keras 3 has two ways, as Keras 2 has.
Hides hidesOf(Layer &layer) {
  if (layer.kerasMajor() < 3)
    return layer.flag("softmax_robust_masking", false) ? Hides::kWholly : Hides::kBySubtracting;
  bool hasScores = layer.number("dropout", 0) > 0 || layer.flag("return_attention_scores", false);
  return hasScores ? Hides::kAndGivesZeros : Hides::kWholly;
}

/// Attention in several heads, whose projections are layers inside this one.
class Heads {
public:
  Heads(Layer &layer, int64_t queryHeads, int64_t keyHeads)
      : layer_(layer), queryHeads_(queryHeads), keyHeads_(keyHeads),
        hasBias_(layer.flag("use_bias", true)) {}

  Results run(const Operands &operands, int64_t keyWidth, int64_t valueWidth) {
    bool isCausal = layer_.flag("use_causal_mask", false);
    SmallVector<int64_t> width = layer_.oneOrMore("output_shape", shapeOf(operands.query)[2]);
    if (layer_.failed())
      return failure();
    if (width.size() != 1)
      return layer_.unsupported("'output_shape' " + shapeText(width));
    if (failed(splitWeights()))
      return failure();
    MaybeValue query = project(operands.query, "query", queryHeads_, keyWidth);
    MaybeValue key = project(operands.key, "key", keyHeads_, keyWidth);
    MaybeValue value = project(operands.value, "value", keyHeads_, valueWidth);
    if (keyHeads_ != queryHeads_) { // each serves several queries
      key = repeatEach(layer_, key, 1, queryHeads_ / keyHeads_);
      value = repeatEach(layer_, value, 1, queryHeads_ / keyHeads_);
    }
    query = layer_.multiply(query, 1 / std::sqrt(static_cast<double>(keyWidth)));
    MaybeValue weights = weightsOf(
        layer_, matrixProduct(layer_, query, key, /*transposeLhs=*/false, /*transposeRhs=*/true),
        visibleKeys(layer_), isCausal, hidesOf(layer_));
    MaybeValue joined = layer_.transpose(matrixProduct(layer_, weights, value), {0, 2, 1, 3});
    return withScores(layer_, projectBack(joined, valueWidth, width[0]), weights);
  }

private:
  /// By what the layers inside are called, the last one by another name than here.
  static std::optional<size_t> projectionOf(StringRef name) {
    return llvm::StringSwitch<std::optional<size_t>>(name)
        .Case("query", 0)
        .Case("key", 1)
        .Case("value", 2)
        .Cases({"output", "attention_output"}, 3)
        .Default(std::nullopt);
  }

  LogicalResult splitWeights() {
    std::vector<InnerLayer> inner;
    for (const char *what : {"query", "key", "value", "output"}) {
      std::string folder = std::string(what) + "_dense"; // in MultiHeadAttention "_query_dense"
      inner.push_back({{folder, "_" + folder}, hasBias_ ? 2u : 1u});
    }
    FailureOr<std::vector<LayerWeights>> parts =
        layer_.splitWeights(inner, projectionOf, /*isInOrder=*/false);
    if (failed(parts))
      return failure();
    weights_ = std::move(*parts);
    return success();
  }

  /// [batch, place, width] to [batch, head, place, width of a head].
  MaybeValue project(mlir::Value x, StringRef what, int64_t heads, int64_t width) {
    SmallVector<int64_t> shape(shapeOf(x));
    FailureOr<Projection> projection =
        read(what, {shape[2], heads, width}, {1, 2, 0}, {heads * width, shape[2]}, {heads, width});
    if (failed(projection))
      return failure();
    MaybeValue rows = multiplyRows(layer_, x, projection->filter, projection->bias);
    return layer_.transpose(layer_.reshape(rows, {shape[0], shape[1], heads, width}), {0, 2, 1, 3});
  }

  /// [batch, place, head, width of a head] to [batch, place, `result`].
  MaybeValue projectBack(MaybeValue joined, int64_t width, int64_t result) {
    if (failed(joined))
      return failure();
    SmallVector<int64_t> shape(shapeOf(*joined));
    FailureOr<Projection> projection = read("output", {queryHeads_, width, result}, {2, 0, 1},
                                            {result, queryHeads_ * width}, result);
    if (failed(projection))
      return failure();
    return multiplyRows(layer_, layer_.reshape(joined, {shape[0], shape[1], shape[2] * shape[3]}),
                        projection->filter, projection->bias);
  }

  struct Projection {
    MaybeValue filter = failure(), bias = mlir::Value();
  };
  FailureOr<Projection> read(StringRef what, ArrayRef<int64_t> shape, ArrayRef<int64_t> order,
                             ArrayRef<int64_t> filter, ArrayRef<int64_t> bias) {
    LayerWeights &weights = weights_[*projectionOf(what)];
    Layer inner(layer_.state(), plain_, call_, layer_.inputs(), std::move(weights));
    Projection projection;
    projection.filter =
        layer_.reshape(inner.weight(0, (what + " kernel").str(), shape, order), filter);
    if (hasBias_)
      projection.bias = layer_.reshape(inner.weight(1, (what + " bias").str(), bias), filter[0]);
    return projection;
  }

  Layer &layer_;
  int64_t queryHeads_, keyHeads_;
  bool hasBias_;
  std::vector<LayerWeights> weights_; ///< of each projection
  LayerConfig plain_;                 ///< of a projection, of which nothing is asked
  LayerCall call_;
};

/// What the newer versions of both layers have in addition.
LogicalResult checkForm(Layer &layer) {
  if (layer.flag("use_gate", false))
    return layer.unsupported("'use_gate'");
  if (layer.find("sliding_window"))
    return layer.unsupported("'sliding_window'");
  return failure(layer.failed());
}

LogicalResult checkPositive(Layer &layer, ArrayRef<int64_t> sizes) {
  constexpr int64_t kMost = 1 << 20; // keeps products in range
  if (layer.failed())
    return failure();
  if (llvm::all_of(sizes, [](int64_t size) { return size >= 1 && size <= kMost; }))
    return success();
  return layer.invalid("has heads of " + shapeText(sizes));
}

Results importMultiHeadAttention(Layer &layer) {
  FailureOr<Operands> operands = readOperands(layer, /*isList=*/false);
  int64_t heads = layer.integer("num_heads"), keyWidth = layer.integer("key_dim");
  int64_t valueWidth = layer.integer("value_dim", keyWidth);
  if (failed(operands) || failed(checkForm(layer)) ||
      failed(checkPositive(layer, {heads, keyWidth, valueWidth})))
    return failure();
  return Heads(layer, heads, heads).run(*operands, keyWidth, valueWidth);
}

/// GroupedQueryAttention: each head of keys and values serves several of queries.
Results importGroupedQueryAttention(Layer &layer) {
  FailureOr<Operands> operands = readOperands(layer, /*isList=*/false);
  int64_t width = layer.integer("head_dim"), queryHeads = layer.integer("num_query_heads"),
          keyHeads = layer.integer("num_key_value_heads");
  if (failed(operands) || failed(checkForm(layer)) ||
      failed(checkPositive(layer, {width, queryHeads, keyHeads})))
    return failure();
  if (queryHeads % keyHeads != 0)
    return layer.invalid("has " + Twine(queryHeads) + " heads of queries and " + Twine(keyHeads) +
                         " of keys");
  return Heads(layer, queryHeads, keyHeads).run(*operands, width, width);
}
} // namespace

void registerAttention(LayerTable &table) {
  table.addMany("Attention", importAttention);
  table.addMany("AdditiveAttention", importAdditiveAttention);
  // Integers, since a mask may be some.
  table.addMany("MultiHeadAttention", importMultiHeadAttention, Takes::kIntegers);
  table.addMany("GroupedQueryAttention", importGroupedQueryAttention, Takes::kIntegers);
  table.addMany("GroupQueryAttention", importGroupedQueryAttention, Takes::kIntegers);
}

} // namespace tandem::keras
