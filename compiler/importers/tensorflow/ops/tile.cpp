#include "compiler/importers/tensorflow/joining.h"

using namespace mlir;

namespace tandem::tensorflow {

static MaybeValue importTile(TfNode &node) {
  MaybeValue result = node.input(0);
  FailureOr<SmallVector<int64_t>> counts = node.integers(1, "the numbers of repetitions");
  if (failed(result) || failed(counts))
    return failure();
  if (counts->size() != shapeOf(*result).size())
    return node.invalid(Twine(counts->size()) + " numbers of repetitions for an input of shape " +
                        shapeText(shapeOf(*result)));
  for (auto [axis, count] : llvm::enumerate(*counts))
    result = repeat(node, result, axis, count);
  return result;
}

/// BroadcastTo: dimensions of 1 repeat.
static MaybeValue importBroadcastTo(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> shape = node.integers(1, "the new shape");
  if (failed(input) || failed(shape))
    return failure();
  SmallVector<int64_t> aligned(shapeOf(*input));
  if (aligned.size() > shape->size())
    return node.invalid("from " + shapeText(aligned) + " to " + shapeText(*shape));
  aligned.insert(aligned.begin(), shape->size() - aligned.size(), 1);
  MaybeValue result = node.reshape(input, aligned);
  for (size_t d = aligned.size(); d-- > 0;) {
    if (aligned[d] != 1 && aligned[d] != (*shape)[d])
      return node.invalid("from " + shapeText(aligned) + " to " + shapeText(*shape));
    if (aligned[d] == 1)
      result = repeat(node, result, static_cast<int64_t>(d), (*shape)[d]);
  }
  return result;
}

void registerTile(OpTable &table) {
  table.add("Tile", importTile);
  table.add("BroadcastTo", importBroadcastTo);
}

} // namespace tandem::tensorflow
