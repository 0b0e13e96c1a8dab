#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static constexpr int64_t kMostParts = 1 << 12;

/// Split: the dimension comes first; 'num_split' equal parts.
static FailureOr<Values> importSplit(TfNode &node) {
  FailureOr<int64_t> given = node.integer(0, "the dimension");
  MaybeValue input = node.input(1);
  int64_t parts = node.attribute("num_split");
  if (node.failed() || failed(given) || failed(input))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  int64_t size = shapeOf(*input)[*axis];
  if (parts < 1 || parts > kMostParts || size % parts != 0)
    return node.invalid("dimension " + Twine(*axis) + " of " + Twine(size) + " has no " +
                        Twine(parts) + " equal parts");
  return splitAlong(node, *input, *axis, SmallVector<int64_t>(parts, size / parts));
}

/// SplitV: the second input has the sizes, one of which may be -1.
static FailureOr<Values> importSplitV(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> sizes = node.integers(1, "the list of sizes");
  FailureOr<int64_t> given = node.integer(2, "the dimension");
  if (failed(input) || failed(sizes) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  int64_t extent = shapeOf(*input)[*axis];
  auto parts = partSizes(*sizes, extent);
  if (!parts)
    return node.invalid("parts of " + shapeText(*sizes) + " of a dimension of " + Twine(extent));
  return splitAlong(node, *input, *axis, *parts);
}

/// Unpack: every slice along a dimension, without it.
static FailureOr<Values> importUnpack(TfNode &node) {
  MaybeValue input = node.input(0);
  int64_t given = node.attribute("axis", 0);
  if (node.failed() || failed(input))
    return failure();
  FailureOr<int64_t> axis = node.axis(given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t count = shape[*axis];
  if (count > kMostParts)
    return node.unsupported(Twine(count) + " results");
  FailureOr<Values> parts = splitAlong(node, *input, *axis, SmallVector<int64_t>(count, 1));
  if (failed(parts))
    return failure();
  shape.erase(shape.begin() + *axis);
  for (Value &part : *parts) {
    MaybeValue squeezed = node.reshape(part, shape);
    if (failed(squeezed))
      return failure();
    part = *squeezed;
  }
  return parts;
}

void registerSplit(OpTable &table) {
  table.addList("Split", importSplit);
  table.addList("SplitV", importSplitV);
  table.addList("Unpack", importUnpack);
}

} // namespace tandem::tensorflow
