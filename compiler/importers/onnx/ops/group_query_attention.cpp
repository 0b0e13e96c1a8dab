// com.microsoft.GroupQueryAttention, the attention of language models as ONNX Runtime's builder
// writes them: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
#include "compiler/importers/onnx/attention.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Queries {
  MaybeValue query = failure(), key = failure(), value = failure(); ///< [batch, head, place, width]
  int64_t heads = 0, keyHeads = 0;
};

/// Three inputs, or one with all side by side.
FailureOr<Queries> readQueries(OnnxNode &node) {
  Queries read;
  read.heads = node.integer("num_heads");
  read.keyHeads = node.integer("kv_num_heads");
  MaybeValue query = node.input(0), key = node.optionalInput(1), value = node.optionalInput(2);
  if (failed(query) || failed(key) || failed(value) || node.failed())
    return failure();
  constexpr int64_t kMostHeads = 1 << 16;
  if (shapeOf(*query).size() != 3 || read.heads < 1 || read.keyHeads < 1 ||
      read.heads > kMostHeads || read.keyHeads > kMostHeads)
    return node.invalid("queries of shape " + shapeText(shapeOf(*query)) + " for " +
                        Twine(read.heads) + " heads");
  int64_t all = read.heads + 2 * read.keyHeads;
  if (!*key || !*value) {
    if (shapeOf(*query)[2] % all != 0)
      return node.invalid("queries, keys and values of shape " + shapeText(shapeOf(*query)));
    int64_t width = shapeOf(*query)[2] / all;
    FailureOr<SmallVector<Value>> parts = splitAlong(
        node, query, 2, {read.heads * width, read.keyHeads * width, read.keyHeads * width});
    if (failed(parts))
      return failure();
    query = (*parts)[0], key = (*parts)[1], value = (*parts)[2];
  }
  read.query = splitHeads(node, query, read.heads);
  read.key = splitHeads(node, key, read.keyHeads);
  read.value = splitHeads(node, value, read.keyHeads);
  if (failed(read.query) || failed(read.key) || failed(read.value))
    return failure();
  return read;
}

/// How many places there were before. The lengths that come in must be those of the tensors.
FailureOr<int64_t> readPast(OnnxNode &node, int64_t batch, int64_t places) {
  MaybeValue past = node.optionalInput(3);
  if (failed(past))
    return failure();
  int64_t before = *past ? shapeOf(*past)[2] : 0;
  FailureOr<Elements> lengths = node.constant(5, "how many keys count ('seqlens_k'), which --value "
                                                 "of the attention mask fixes,");
  if (failed(lengths))
    return failure();
  bool fits = lengths->count() == batch;
  for (int64_t i = 0; fits && i < batch; ++i)
    fits = lengths->integer(i) == before + places - 1;
  if (!fits)
    return node.unsupported("lengths that are not those of the tensors, " + Twine(before + places));
  return before;
}

/// 0 where a query sees a key by its place, a large negative number elsewhere; null: it sees all.
MaybeValue hiddenPlaces(OnnxNode &node, int64_t queries, int64_t before) {
  int64_t window = node.integer("local_window_size", -1), keys = before + queries;
  if (node.failed())
    return failure();
  if (queries == 1 && window < 0)
    return Value();
  if (keys > NodeBuilder::kMaxFill / queries)
    return node.unsupported("a mask of " + Twine(queries) + "x" + Twine(keys));
  constexpr double kHidden = -3e38;
  return node.constantOf(
      Elements::ofReals(ElementType::kF32, {queries, keys}, [&](int64_t i) -> double {
        int64_t distance = i / keys + before - i % keys;
        return distance < 0 || (window >= 0 && distance >= window) ? kHidden : 0;
      }));
}

MaybeValue withPast(OnnxNode &node, MaybeValue x, size_t index) {
  MaybeValue past = node.optionalInput(index);
  if (failed(x) || failed(past) || !*past || shapeOf(*past)[2] == 0)
    return failed(past) ? MaybeValue(failure()) : x;
  return concatAlong(node, {*past, *x}, 2);
}
} // namespace

static FailureOr<Values> importGroupQueryAttention(OnnxNode &node) {
  FailureOr<Queries> read = readQueries(node);
  if (failed(read))
    return failure();
  if (node.has(9) || node.has(11) || node.flag("smooth_softmax", false))
    return FailureOr<Values>(
        node.unsupported("positions of its own, a head that takes the rest, or 'smooth_softmax'"));
  int64_t batch = shapeOf(*read->query)[0], places = shapeOf(*read->query)[2],
          width = shapeOf(*read->query)[3];
  FailureOr<int64_t> before = readPast(node, batch, places);
  if (failed(before))
    return failure();
  bool turns = node.flag("do_rotary", false),
       isInterleaved = node.flag("rotary_interleaved", false);
  if (turns) {
    auto angles = [&](size_t index) -> MaybeValue {
      MaybeValue cache = sliceAlong(node, node.input(index), 0, *before, places);
      return failed(cache) ? cache : node.reshape(cache, {1, 1, places, shapeOf(*cache)[1]});
    };
    MaybeValue cosine = angles(7), sine = angles(8);
    if (failed(cosine) || failed(sine))
      return failure();
    int64_t turned = 2 * shapeOf(*cosine)[3];
    read->query = turnPairs(node, read->query, cosine, sine, turned, isInterleaved);
    read->key = turnPairs(node, read->key, cosine, sine, turned, isInterleaved);
  }
  MaybeValue key = withPast(node, read->key, 3), value = withPast(node, read->value, 4);
  double scale = node.number("scale", 0), softcap = node.number("softcap", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(width));
  MaybeValue scores = node.multiply(
      node.create<graph::BatchMatmulOp>(read->query, repeatHeads(node, key, read->heads),
                                        /*transposeLhs=*/false, /*transposeRhs=*/true),
      scale);
  if (softcap != 0)
    scores = node.multiply(node.create<graph::TanhOp>(node.multiply(scores, 1 / softcap)), softcap);
  for (MaybeValue added : {hiddenPlaces(node, places, *before), node.optionalInput(10)}) {
    if (failed(added))
      return failure();
    if (*added)
      scores = node.add(scores, added);
  }
  MaybeValue weights = node.create<graph::SoftmaxOp>(scores, /*axis=*/3, llvm::APFloat(1.0f));
  MaybeValue result = joinHeads(
      node, node.create<graph::BatchMatmulOp>(weights, repeatHeads(node, value, read->heads),
                                              /*transposeLhs=*/false, /*transposeRhs=*/false));
  if (failed(result) || failed(key) || failed(value))
    return failure();
  return Values{*result, *key, *value};
}

void registerGroupQueryAttention(OpTable &table) {
  table.addList("com.microsoft.GroupQueryAttention", importGroupQueryAttention, Takes::kReals);
}

} // namespace tandem::onnx
