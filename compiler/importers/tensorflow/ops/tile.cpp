#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static MaybeValue importTile(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> counts = node.integers(1, "the numbers of repetitions");
  if (failed(input) || failed(counts))
    return failure();
  return node.create<graph::TileOp>(input, *counts);
}

/// BroadcastTo: dimensions of 1 repeat.
static MaybeValue importBroadcastTo(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> shape = node.integers(1, "the new shape");
  if (failed(input) || failed(shape))
    return failure();
  ArrayRef<int64_t> given = shapeOf(*input);
  auto both = broadcastShape(given, *shape);
  if (!hasSaneSize(*shape) || !both || *both != *shape)
    return node.invalid("from " + shapeText(given) + " to " + shapeText(*shape));
  return expandTo(node, input, *shape);
}

void registerTile(OpTable &table) {
  table.add("Tile", importTile);
  table.add("BroadcastTo", importBroadcastTo);
}

} // namespace tandem::tensorflow
