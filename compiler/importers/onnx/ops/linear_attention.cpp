#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

// LinearAttention (opset 27): https://onnx.ai/onnx/operators/onnx__LinearAttention.html, place by
// place: a state [batch, head, key width, value width] decays, takes up the product of a key and a
// value, and is asked by the query.

namespace {
struct Recurrence {
  MaybeValue query, key, value, decay = Value(), rate = Value(), state;
  int64_t batch = 0, places = 0, heads = 0, queriesPerHead = 0;
  double scale = 1;
  bool isDelta = false;
};

/// [batch, place, heads * width] as [batch, place, heads, width].
MaybeValue splitHeads(OnnxNode &node, MaybeValue x, int64_t heads) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  if (shape.size() != 3 || heads < 1 || shape[2] % heads != 0)
    return node.invalid("an input of shape " + shapeText(shape) + " for " + Twine(heads) +
                        " heads");
  return node.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
}

/// What is there of one place, as matrices of each head.
MaybeValue atPlace(OnnxNode &node, MaybeValue x, int64_t place, ArrayRef<int64_t> matrix) {
  MaybeValue one = sliceAlong(node, x, 1, place, 1);
  if (failed(one))
    return failure();
  SmallVector<int64_t> shape = {shapeOf(*one)[0], shapeOf(*one)[2]};
  shape.append(matrix.begin(), matrix.end());
  return node.reshape(one, shape);
}

FailureOr<Recurrence> readRecurrence(OnnxNode &node) {
  int64_t queryHeads = node.integer("q_num_heads"), heads = node.integer("kv_num_heads");
  std::string rule = node.string("update_rule", "gated_delta");
  Recurrence read;
  MaybeValue past = node.optionalInput(3), decay = node.optionalInput(4),
             rate = node.optionalInput(5);
  read.scale = node.number("scale", 0);
  read.query = splitHeads(node, node.input(0), queryHeads);
  read.key = splitHeads(node, node.input(1), heads);
  read.value = splitHeads(node, node.input(2), heads);
  if (node.failed() || failed(past) || failed(decay) || failed(rate) || failed(read.query) ||
      failed(read.key) || failed(read.value))
    return failure();
  if (queryHeads % heads != 0)
    return node.invalid(Twine(queryHeads) + " heads of queries for " + Twine(heads) + " of keys");
  ArrayRef<int64_t> key = shapeOf(*read.key);
  read.batch = key[0];
  read.places = key[1];
  read.heads = heads;
  read.queriesPerHead = queryHeads / heads;
  constexpr int64_t kMostPlaces = 512; // some ops for each
  if (read.places < 1 || read.places > kMostPlaces)
    return node.unsupported("a sequence of " + Twine(read.places));
  if (read.scale == 0)
    read.scale = 1 / std::sqrt(static_cast<double>(shapeOf(*read.query)[3]));
  bool decays = rule == "gated" || rule == "gated_delta";
  read.isDelta = rule == "delta" || rule == "gated_delta";
  if (!decays && !read.isDelta && rule != "linear")
    return node.invalid("'update_rule' is '" + rule + "', which the format does not have");
  if (decays)
    read.decay = node.create<graph::ExpOp>(splitHeads(node, node.input(4), heads));
  if (read.isDelta) { // one rate for each head, or for all
    MaybeValue given = node.input(5);
    read.rate =
        splitHeads(node, given, succeeded(given) && shapeOf(*given).back() == 1 ? 1 : heads);
  }
  read.state = *past ? past
                     : node.fill(getElementTypeOrSelf(*read.key),
                                 {read.batch, heads, key[3], shapeOf(*read.value)[3]}, 0);
  if (failed(read.decay) || failed(read.rate) || failed(read.state))
    return failure();
  return read;
}

/// One place: the state afterwards stays, the answer is [batch, 1, heads * width].
MaybeValue step(OnnxNode &node, Recurrence &of, int64_t place) {
  int64_t keyWidth = shapeOf(*of.key)[3], valueWidth = shapeOf(*of.value)[3];
  MaybeValue key = atPlace(node, of.key, place, {keyWidth, 1});
  MaybeValue value = atPlace(node, of.value, place, {1, valueWidth});
  if (*of.decay)
    of.state = node.multiply(of.state, atPlace(node, of.decay, place, {shapeOf(*of.decay)[3], 1}));
  if (of.isDelta) {
    MaybeValue known = node.create<graph::BatchMatmulOp>(key, of.state, /*transposeLhs=*/true,
                                                         /*transposeRhs=*/false);
    value = node.multiply(atPlace(node, of.rate, place, {1, 1}), node.subtract(value, known));
  }
  of.state = node.add(of.state, node.multiply(key, value));
  MaybeValue query = node.reshape(sliceAlong(node, of.query, 1, place, 1),
                                  {of.batch, of.heads, of.queriesPerHead, keyWidth});
  MaybeValue answer = node.create<graph::BatchMatmulOp>(query, of.state, /*transposeLhs=*/false,
                                                        /*transposeRhs=*/false);
  return node.reshape(node.multiply(answer, of.scale),
                      {of.batch, 1, of.heads * of.queriesPerHead * valueWidth});
}
} // namespace

static FailureOr<Values> importLinearAttention(OnnxNode &node) {
  FailureOr<Recurrence> read = readRecurrence(node);
  if (failed(read))
    return failure();
  Values answers;
  for (int64_t place = 0; place < read->places; ++place) {
    MaybeValue answer = step(node, *read, place);
    if (failed(answer) || failed(read->state))
      return failure();
    answers.push_back(*answer);
  }
  MaybeValue result = concatAlong(node, answers, 1);
  return failed(result) ? FailureOr<Values>(failure()) : Values{*result, *read->state};
}

void registerLinearAttention(OpTable &table) {
  table.addList("LinearAttention", importLinearAttention, Takes::kReals);
}

} // namespace tandem::onnx
