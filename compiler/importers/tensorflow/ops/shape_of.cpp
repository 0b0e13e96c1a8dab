#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

// Shapes are numbers once the inputs have theirs.

static FailureOr<Type> indexType(TfNode &node) {
  return node.has("out_type") ? node.elementType("out_type")
                              : FailureOr<Type>(node.builder().getI32Type());
}

static FailureOr<Values> importShape(TfNode &node) {
  FailureOr<Type> type = indexType(node);
  FailureOr<Values> inputs = node.inputs(0, node.inputCount());
  if (failed(type) || failed(inputs))
    return failure();
  Values shapes;
  for (Value input : *inputs)
    shapes.push_back(constantFrom(node, Numbers::vectorOf(*type, shapeOf(input))));
  return shapes;
}

static MaybeValue importSize(TfNode &node) {
  FailureOr<Type> type = indexType(node);
  MaybeValue input = node.input(0);
  if (failed(type) || failed(input))
    return failure();
  return constantFrom(node, Numbers::scalarOf(*type, *elementCount(shapeOf(*input))));
}

static MaybeValue importRank(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  return constantFrom(node, Numbers::scalarOf(node.builder().getI32Type(), rank));
}

/// BroadcastArgs: the shape that two shapes broadcast to.
static std::optional<Numbers> foldBroadcastArgs(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[0].isReal() || inputs[1].isReal())
    return std::nullopt;
  auto shape = broadcastShape(inputs[0].integers, inputs[1].integers);
  if (!shape) {
    (void)node.invalid("shapes " + shapeText(inputs[0].integers) + " and " +
                       shapeText(inputs[1].integers) + " do not broadcast");
    return std::nullopt;
  }
  return Numbers::vectorOf(inputs[0].type, *shape);
}

void registerShapeOf(OpTable &table) {
  table.addList("Shape", importShape);
  table.addList("ShapeN", importShape);
  table.add("Size", importSize);
  table.add("Rank", importRank);
  table.addFold("BroadcastArgs", foldBroadcastArgs);
}

} // namespace tandem::tensorflow
