#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/attention.h"

using namespace mlir;

namespace tandem::onnx {

// What language models do to places of a sequence.

/// The two halves of what is turned: neighbours when interleaved, else the first half and the
/// second.
static SmallVector<MaybeValue, 2> halves(OnnxNode &node, MaybeValue x, bool isInterleaved) {
  if (failed(x))
    return {failure(), failure()};
  int64_t half = shapeOf(*x)[3] / 2;
  if (isInterleaved)
    return {sliceAlong(node, x, 3, 0, half, 2), sliceAlong(node, x, 3, 1, half, 2)};
  return {sliceAlong(node, x, 3, 0, half), sliceAlong(node, x, 3, half, half)};
}

/// The halves side by side again.
static MaybeValue joined(OnnxNode &node, MaybeValue first, MaybeValue second, bool isInterleaved) {
  if (failed(first) || failed(second))
    return failure();
  if (!isInterleaved)
    return concatAlong(node, {*first, *second}, 3);
  SmallVector<int64_t> shape(shapeOf(*first)), apart(shape);
  apart.push_back(1);
  shape[3] *= 2;
  MaybeValue a = node.reshape(first, apart), b = node.reshape(second, apart);
  if (failed(a) || failed(b))
    return failure();
  return node.reshape(concatAlong(node, {*a, *b}, 4), shape);
}

/// Cosines or sines for each place, [batch, 1, place, half]: rows of a cache that positions name,
/// or where these are null given for each.
static MaybeValue turnsOf(OnnxNode &node, MaybeValue cache, MaybeValue positions) {
  if (failed(cache) || failed(positions))
    return failure();
  if (*positions)
    cache = takeAlong(node, cache, positions, 0);
  if (failed(cache))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*cache));
  if (shape.size() != 3)
    return node.invalid("a cache of shape " + shapeText(shape));
  shape.insert(shape.begin() + 1, 1);
  return node.reshape(cache, shape);
}

MaybeValue turnPairs(OnnxNode &node, MaybeValue x, MaybeValue cosine, MaybeValue sine,
                     int64_t turned, bool isInterleaved) {
  if (failed(x) || failed(cosine) || failed(sine))
    return failure();
  int64_t width = shapeOf(*x)[3];
  turned = turned == 0 ? width : turned;
  if (turned < 2 || turned % 2 != 0 || turned > width)
    return node.invalid("'rotary_embedding_dim' is " + Twine(turned));
  auto [first, second] = [&] {
    auto both = halves(node, sliceAlong(node, x, 3, 0, turned), isInterleaved);
    return std::pair(both[0], both[1]);
  }();
  // A cache may have more than what is turned.
  cosine = sliceAlong(node, cosine, 3, 0, turned / 2);
  sine = sliceAlong(node, sine, 3, 0, turned / 2);
  MaybeValue real = node.subtract(node.multiply(first, cosine), node.multiply(second, sine));
  MaybeValue imaginary = node.add(node.multiply(first, sine), node.multiply(second, cosine));
  MaybeValue result = joined(node, real, imaginary, isInterleaved);
  if (turned == width)
    return result;
  MaybeValue rest = sliceAlong(node, x, 3, turned, width - turned);
  return failed(result) || failed(rest) ? MaybeValue(failure())
                                        : concatAlong(node, {*result, *rest}, 3);
}

static MaybeValue embedRotary(OnnxNode &node, MaybeValue cosine, MaybeValue sine) {
  MaybeValue input = node.input(0);
  int64_t heads = node.integer("num_heads", 0), turned = node.integer("rotary_embedding_dim", 0);
  bool isInterleaved = node.flag("interleaved", false);
  if (node.failed() || failed(input) || failed(cosine) || failed(sine))
    return failure();
  SmallVector<int64_t> given(shapeOf(*input));
  if (given.size() == 3 && heads == 0 && turned == 0) // com.microsoft: the cache tells
    heads = given[2] / std::max<int64_t>(2 * shapeOf(*cosine)[3], 1);
  MaybeValue x = input;
  if (given.size() == 3) {
    if (heads < 1 || given[2] % heads != 0)
      return node.invalid(Twine(heads) + " heads of an input of shape " + shapeText(given));
    x = node.transpose(node.reshape(input, {given[0], given[1], heads, given[2] / heads}),
                       {0, 2, 1, 3});
  }
  if (failed(x) || shapeOf(*x).size() != 4)
    return node.invalid("an input of shape " + shapeText(given));
  MaybeValue result = turnPairs(node, x, cosine, sine, turned, isInterleaved);
  return given.size() == 4 ? result : node.reshape(node.transpose(result, {0, 2, 1, 3}), given);
}

/// RotaryEmbedding (opset 23): pairs of the first 'rotary_embedding_dim' elements turned by the
/// angle of their place; https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html.
static MaybeValue importRotaryEmbedding(OnnxNode &node) {
  MaybeValue positions = node.optionalInput(3);
  return embedRotary(node, turnsOf(node, node.input(1), positions),
                     turnsOf(node, node.input(2), positions));
}

/// com.microsoft.RotaryEmbedding: positions come before the caches, for each place or the first.
static MaybeValue importMicrosoftRotary(OnnxNode &node) {
  MaybeValue input = node.input(0), positions = node.input(1);
  if (failed(input) || failed(positions))
    return failure();
  if (node.flag("is_packed_batching", false) || node.number("scale", 1) != 1)
    return node.unsupported("a packed batch, or a 'scale' other than 1");
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() < 3)
    return node.invalid("an input of shape " + shapeText(shape));
  if (*elementCount(shapeOf(*positions)) == 1) {
    int64_t places = shape[shape.size() - 2];
    if (shape.size() == 3)
      places = shape[1];
    Type type = getElementTypeOrSelf(*positions);
    positions = node.add(node.reshape(positions, {1, 1}), countAlong(node, type, 2, 1, places));
  }
  return embedRotary(node, turnsOf(node, node.input(2), positions),
                     turnsOf(node, node.input(3), positions));
}

/// CausalConvWithState (opset 27): each channel's own filter over the places up to each, what was
/// before the sequence in front; gives the last places for the next call.
static FailureOr<Values> importCausalConv(OnnxNode &node) {
  MaybeValue input = node.input(0), weight = node.input(1), bias = node.optionalInput(2),
             past = node.optionalInput(3);
  std::string activation = node.string("activation", "none");
  if (node.failed() || failed(input) || failed(weight) || failed(bias) || failed(past))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input)), filter(shapeOf(*weight));
  constexpr int64_t kMostTaps = 64; // one product for each
  if (shape.size() != 3 || filter.size() != 3 || filter[0] != shape[1] || filter[1] != 1 ||
      filter[2] < 1 || filter[2] > kMostTaps)
    return node.unsupported("a filter of shape " + shapeText(filter) + " for an input of shape " +
                            shapeText(shape));
  int64_t before = filter[2] - 1;
  MaybeValue whole = input;
  if (before > 0 && *past) {
    whole = concatAlong(node, {*past, *input}, 2);
  } else if (before > 0) {
    whole = node.create<graph::PadOp>(input, ArrayRef<int64_t>{0, 0, before},
                                      ArrayRef<int64_t>{0, 0, 0}, llvm::APFloat(0.0f));
  }
  MaybeValue result;
  for (int64_t tap = 0; tap < filter[2]; ++tap) {
    MaybeValue factor = node.reshape(sliceAlong(node, weight, 2, tap, 1), {1, filter[0], 1});
    MaybeValue product = node.multiply(sliceAlong(node, whole, 2, tap, shape[2]), factor);
    result = tap == 0 ? product : node.add(result, product);
  }
  if (*bias)
    result = node.add(result, node.reshape(bias, {1, filter[0], 1}));
  if (activation == "silu" || activation == "swish")
    result = swish(node, result);
  else if (activation != "none")
    return node.unsupported("'activation' '" + activation + "'");
  MaybeValue present = sliceAlong(node, whole, 2, shape[2], before);
  if (failed(result) || failed(present))
    return failure();
  return Values{*result, *present};
}

void registerSequence(OpTable &table) {
  table.add("RotaryEmbedding", importRotaryEmbedding, Takes::kReals);
  table.add("com.microsoft.RotaryEmbedding", importMicrosoftRotary, Takes::kReals);
  table.addList("CausalConvWithState", importCausalConv, Takes::kReals);
}

} // namespace tandem::onnx
