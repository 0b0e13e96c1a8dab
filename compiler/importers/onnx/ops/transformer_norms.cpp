// Sums that are normalized, as ONNX Runtime's transformer optimizer writes them:
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue timesPlus(OnnxNode &node, MaybeValue x, MaybeValue scale, MaybeValue offset) {
  if (failed(offset))
    return failure();
  MaybeValue result = node.multiply(x, scale);
  return *offset ? node.add(result, offset) : result;
}

/// x over the root of the mean of its squares along the last dimension, and the inverse of that.
static std::pair<MaybeValue, MaybeValue> overRootOfSquares(OnnxNode &node, MaybeValue x,
                                                           double epsilon) {
  if (failed(x))
    return {failure(), failure()};
  SmallVector<int64_t> axes = {static_cast<int64_t>(shapeOf(*x).size()) - 1};
  MaybeValue mean = node.create<graph::MeanOp>(square(node, x), axes, /*keepDims=*/true);
  MaybeValue inverse = node.create<graph::RsqrtOp>(node.add(mean, epsilon));
  return {node.multiply(x, inverse), inverse};
}

/// input + skip + the bias at that input, where there is one.
static MaybeValue sumWithSkip(OnnxNode &node, size_t biasIndex) {
  MaybeValue bias = node.optionalInput(biasIndex);
  if (failed(bias))
    return failure();
  MaybeValue sum = node.add(node.input(0), node.input(1));
  return *bias ? node.add(sum, bias) : sum;
}

/// com.microsoft.SkipLayerNormalization: input + skip + bias, normalized; the sum is result 3.
static FailureOr<Values> importSkipLayerNormalization(OnnxNode &node) {
  MaybeValue sum = sumWithSkip(node, 4);
  double epsilon = node.number("epsilon", 1e-12);
  if (failed(sum) || node.failed())
    return failure();
  Normalized normal =
      normalizeOver(node, sum, static_cast<int64_t>(shapeOf(*sum).size()) - 1, epsilon);
  MaybeValue result = timesPlus(node, normal.result, node.input(2), node.optionalInput(3));
  if (failed(result) || failed(normal.mean) || failed(normal.inverseDeviation))
    return failure();
  return Values{*result, *normal.mean, *normal.inverseDeviation, *sum};
}

/// com.microsoft.SkipSimplifiedLayerNormalization: the same without a mean.
static FailureOr<Values> importSkipSimplified(OnnxNode &node) {
  MaybeValue sum = sumWithSkip(node, 3);
  double epsilon = node.number("epsilon", 1e-12);
  if (failed(sum) || node.failed())
    return failure();
  auto [normal, inverse] = overRootOfSquares(node, sum, epsilon);
  MaybeValue result = node.multiply(normal, node.input(2));
  if (failed(result) || failed(inverse))
    return failure();
  return Values{*result, Value(), *inverse, *sum};
}

/// SimplifiedLayerNormalization: along the last dimension.
static FailureOr<Values> importSimplified(OnnxNode &node) {
  MaybeValue input = node.input(0);
  double epsilon = node.number("epsilon", 1e-5);
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  int64_t axis = node.axis("axis", rank, -1);
  if (node.failed())
    return failure();
  if (axis != rank - 1)
    return node.unsupported("over more than the last dimension");
  auto [normal, inverse] = overRootOfSquares(node, input, epsilon);
  MaybeValue result = node.multiply(normal, node.input(1));
  if (failed(result) || failed(inverse))
    return failure();
  return Values{*result, *inverse};
}

/// com.microsoft.EmbedLayerNormalization: embeddings of words, places and, where there are any,
/// segments, added up and normalized; how many places of each sequence the mask has; and the sum.
static FailureOr<Values> importEmbedLayerNormalization(OnnxNode &node) {
  MaybeValue words = node.input(0), segments = node.optionalInput(1), table = node.input(3),
             mask = node.optionalInput(7), places = node.optionalInput(8);
  double epsilon = node.number("epsilon", 1e-12);
  if (failed(words) || failed(segments) || failed(table) || failed(mask) || failed(places) ||
      node.failed())
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*words);
  if (shape.size() != 2 || shapeOf(*table).size() != 2 || shapeOf(*table)[0] < shape[1])
    return node.invalid("ids of shape " + shapeText(shape) + " and places of shape " +
                        shapeText(shapeOf(*table)));
  Type index = node.builder().getI32Type();
  if (!*places) // 0, 1, 2, ...
    places = countAlong(node, index, 2, 1, shape[1]);
  MaybeValue sum =
      node.add(takeAlong(node, node.input(2), words, 0), takeAlong(node, table, places, 0));
  if (*segments)
    sum = node.add(sum, takeAlong(node, node.input(4), segments, 0));
  MaybeValue normal = normalizeOver(node, sum, 2, epsilon).result;
  MaybeValue result = timesPlus(node, normal, node.input(5), node.input(6));
  MaybeValue counts =
      *mask ? node.create<graph::SumOp>(node.cast(mask, index), ArrayRef<int64_t>{1},
                                        /*keepDims=*/false)
            : node.integerConstant(index, shape[0], SmallVector<int64_t>(shape[0], 0));
  if (failed(result) || failed(counts))
    return failure();
  return Values{*result, *counts, *sum};
}

void registerTransformerNorms(OpTable &table) {
  table.addList("com.microsoft.SkipLayerNormalization", importSkipLayerNormalization,
                Takes::kReals);
  table.addList("com.microsoft.SkipSimplifiedLayerNormalization", importSkipSimplified,
                Takes::kReals);
  table.addList("SimplifiedLayerNormalization", importSimplified, Takes::kReals);
  table.addList("com.microsoft.EmbedLayerNormalization", importEmbedLayerNormalization);
}

} // namespace tandem::onnx
