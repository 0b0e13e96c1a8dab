#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Small constants are joined at once, since sizes are put together this way.
static MaybeValue join(TfNode &node, ArrayRef<Value> parts, int64_t axis) {
  int64_t count = 0;
  for (Value part : parts)
    count += graph::tensorType(part).getNumElements();
  return count <= Numbers::kMost ? concatWeights(node, parts, axis)
                                 : concatAlong(node, parts, axis);
}

static MaybeValue concatenate(TfNode &node, size_t first, size_t end, size_t axisInput) {
  FailureOr<int64_t> given = node.integer(axisInput, "the dimension");
  FailureOr<Values> parts = node.inputs(first, end);
  if (failed(given) || failed(parts))
    return failure();
  if (parts->empty())
    return node.invalid("has nothing to join");
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(parts->front()).size());
  if (failed(axis))
    return failure();
  return join(node, *parts, *axis);
}

static MaybeValue importConcat(TfNode &node) { // the dimension comes first
  return concatenate(node, 1, node.inputCount(), 0);
}
static MaybeValue importConcatV2(TfNode &node) { // it comes last
  size_t count = node.inputCount();
  return concatenate(node, 0, count ? count - 1 : 0, count ? count - 1 : 0);
}

/// Pack: along a new dimension.
static MaybeValue importPack(TfNode &node) {
  FailureOr<Values> parts = node.inputs(0, node.inputCount());
  int64_t given = node.attribute("axis", 0);
  if (node.failed() || failed(parts))
    return failure();
  if (parts->empty())
    return node.invalid("has nothing to join");
  FailureOr<int64_t> axis = node.axis(given, shapeOf(parts->front()).size() + 1);
  if (failed(axis))
    return failure();
  for (Value &part : *parts) {
    SmallVector<int64_t> shape(shapeOf(part));
    if (*axis > static_cast<int64_t>(shape.size()))
      return node.invalid("its inputs differ in rank");
    shape.insert(shape.begin() + *axis, 1);
    MaybeValue unsqueezed = node.reshape(part, shape);
    if (failed(unsqueezed))
      return failure();
    part = *unsqueezed;
  }
  return join(node, *parts, *axis);
}

void registerConcat(OpTable &table) {
  table.add("Concat", importConcat);
  table.add("ConcatV2", importConcatV2);
  table.add("Pack", importPack);
}

} // namespace tandem::tensorflow
