// Products of attention whose operands lie interleaved: [place, batch, (head, part, channel)].
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/mxnet/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

namespace {
struct Heads {
  int64_t places = 0, batch = 0, count = 0, width = 0;
};

FailureOr<Heads> headsOf(SymbolNode &node, size_t input, int64_t parts) {
  FailureOr<Ints> shape = node.shape(input);
  int64_t count = node.integer("heads");
  if (node.failed() || failed(shape))
    return failure();
  constexpr int64_t kMostHeads = 1 << 16;
  if (shape->size() != 3 || count < 1 || count > kMostHeads || (*shape)[2] % (count * parts))
    return node.invalid("'heads' is " + Twine(count) + " for an input of shape " +
                        shapeText(*shape));
  return Heads{(*shape)[0], (*shape)[1], count, (*shape)[2] / (count * parts)};
}

/// One part of an input for all heads, [batch * heads, places, channels].
MaybeValue partOf(SymbolNode &node, size_t input, int64_t parts, int64_t part) {
  FailureOr<Heads> heads = headsOf(node, input, parts);
  if (failed(heads))
    return failure();
  const Heads &h = *heads;
  MaybeValue apart = node.reshape(node.input(input), {h.places, h.batch, h.count, parts, h.width});
  MaybeValue one =
      node.reshape(sliceAlong(node, apart, 3, part, 1), {h.places, h.batch, h.count, h.width});
  return node.reshape(node.transpose(one, {1, 2, 0, 3}), {h.batch * h.count, h.places, h.width});
}

/// Queries, over the root of their width, times keys.
MaybeValue scores(SymbolNode &node, MaybeValue queries, MaybeValue keys) {
  if (failed(queries) || failed(keys))
    return failure();
  double factor = 1 / std::sqrt(static_cast<double>(shapeOf(*queries)[2]));
  return node.create<graph::BatchMatmulOp>(node.multiply(queries, factor), keys,
                                           /*transposeLhs=*/false, /*transposeRhs=*/true);
}

/// Weights (input 1) times values (a part of input 0), with the heads side by side again.
MaybeValue attended(SymbolNode &node, int64_t parts, int64_t part) {
  FailureOr<Heads> heads = headsOf(node, 0, parts);
  MaybeValue weights = node.input(1);
  if (failed(heads) || failed(weights))
    return failure();
  const Heads &h = *heads;
  MaybeValue product = node.create<graph::BatchMatmulOp>(weights, partOf(node, 0, parts, part),
                                                         /*transposeLhs=*/false,
                                                         /*transposeRhs=*/false);
  if (failed(product))
    return failure();
  int64_t places = shapeOf(*product)[1];
  MaybeValue apart = node.reshape(product, {h.batch, h.count, places, h.width});
  return node.reshape(node.transpose(apart, {2, 0, 1, 3}), {places, h.batch, h.count * h.width});
}
} // namespace

static MaybeValue importSelfScores(SymbolNode &node) {
  return scores(node, partOf(node, 0, 3, 0), partOf(node, 0, 3, 1));
}
static MaybeValue importSelfValues(SymbolNode &node) {
  return attended(node, 3, 2);
}
static MaybeValue importOtherScores(SymbolNode &node) {
  return scores(node, partOf(node, 0, 1, 0), partOf(node, 1, 2, 0));
}
static MaybeValue importOtherValues(SymbolNode &node) {
  return attended(node, 2, 1);
}

void registerAttention(OpTable &table) {
  table.add("_contrib_interleaved_matmul_selfatt_qk", importSelfScores);
  table.add("_contrib_interleaved_matmul_selfatt_valatt", importSelfValues);
  table.add("_contrib_interleaved_matmul_encdec_qk", importOtherScores);
  table.add("_contrib_interleaved_matmul_encdec_valatt", importOtherValues);
}

} // namespace tandem::mxnet
