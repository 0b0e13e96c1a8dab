#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Merging layers: https://keras.io/api/layers/merging_layers/
/// Shapes of one rank broadcast as in NumPy; Keras's own rule for unequal ranks is refused.
static bool hasEqualRanks(Layer &layer) {
  for (mlir::Value input : layer.inputs())
    if (shapeOf(input).size() != layer.inputShape().size())
      return (void)layer.unsupported("inputs of shapes " + shapeText(layer.inputShape()) + " and " +
                                     shapeText(shapeOf(input)) +
                                     ", only those of equally many dimensions are"),
             false;
  return true;
}

template <typename OpT>
static MaybeValue combine(Layer &layer, MaybeValue left, mlir::Value right) {
  if constexpr (requires(OpT op) { op.getActivation(); })
    return layer.create<OpT>(left, right, graph::Activation::None);
  else
    return layer.create<OpT>(left, right);
}

template <typename OpT> static MaybeValue importChain(Layer &layer) {
  if (layer.inputs().size() < 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2 or more");
  if (!hasEqualRanks(layer))
    return failure();
  MaybeValue result = layer.input();
  for (mlir::Value input : layer.inputs().drop_front())
    result = combine<OpT>(layer, result, input);
  return result;
}

static MaybeValue importSubtract(Layer &layer) {
  if (layer.inputs().size() != 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2");
  return importChain<graph::SubOp>(layer);
}

static MaybeValue importAverage(Layer &layer) {
  MaybeValue sum = importChain<graph::AddOp>(layer);
  if (failed(sum))
    return failure();
  return layer.create<graph::MulOp>(
      sum, layer.scalarLike(layer.input(), 1.0 / static_cast<double>(layer.inputs().size())),
      graph::Activation::None);
}

static MaybeValue importConcatenate(Layer &layer) {
  if (layer.inputs().empty())
    return layer.invalid("has no inputs");
  if (!hasEqualRanks(layer))
    return failure();
  int64_t axis = layer.axis("axis", -1);
  if (layer.failed())
    return failure();
  return layer.createTyped<graph::ConcatOp>(layer.elementType(), ValueRange(layer.inputs()), axis);
}

void registerMerge(LayerTable &table) {
  table.add("Add", importChain<graph::AddOp>);
  table.add("Multiply", importChain<graph::MulOp>);
  table.add("Maximum", importChain<graph::MaximumOp>);
  table.add("Minimum", importChain<graph::MinimumOp>);
  table.add("Subtract", importSubtract);
  table.add("Average", importAverage);
  table.add("Concatenate", importConcatenate);
}

} // namespace tandem::keras
