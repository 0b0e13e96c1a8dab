#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

MaybeValue joined(TfNode &node, ArrayRef<Value> parts, int64_t axis) {
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
  return joined(node, *parts, *axis);
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
  return joined(node, *parts, *axis);
}

/// ParallelConcat: along the first dimension.
static MaybeValue importParallelConcat(TfNode &node) {
  FailureOr<Values> parts = node.inputs(0, node.inputCount());
  if (failed(parts))
    return failure();
  if (parts->empty() || shapeOf(parts->front()).empty())
    return node.invalid("has nothing to join");
  return joined(node, *parts, 0);
}

/// ConcatOffset: where parts of these shapes begin when they are side by side.
static FailureOr<Values> importConcatOffset(TfNode &node) {
  FailureOr<int64_t> given = node.integer(0, "the dimension");
  if (failed(given))
    return failure();
  Values offsets;
  int64_t begin = 0;
  for (size_t i = 1; i < node.inputCount(); ++i) {
    FailureOr<Numbers> shape = node.constant(i, "a shape");
    if (failed(shape))
      return failure();
    if (shape->isReal())
      return node.invalid("a shape is not of integers");
    FailureOr<int64_t> axis = node.axis(*given, static_cast<int64_t>(shape->count()));
    if (failed(axis))
      return failure();
    int64_t size = shape->integers[*axis];
    llvm::fill(shape->integers, 0);
    shape->integers[*axis] = begin;
    begin = static_cast<int64_t>(static_cast<uint64_t>(begin) + static_cast<uint64_t>(size));
    offsets.push_back(constantFrom(node, *shape));
  }
  return offsets;
}

void registerConcat(OpTable &table) {
  table.add("Concat", importConcat);
  table.add("ConcatV2", importConcatV2);
  table.add("Pack", importPack);
  table.add("ParallelConcat", importParallelConcat);
  table.addList("ConcatOffset", importConcatOffset);
}

} // namespace tandem::tensorflow
