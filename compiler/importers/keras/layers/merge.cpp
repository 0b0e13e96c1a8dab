#include "compiler/importers/common/einsum.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Merging layers: https://keras.io/api/layers/merging_layers/
/// Shapes of one rank broadcast as in NumPy. Those of fewer dimensions get some of 1 behind the
/// batch, so that a vector meets all places.
static Values ofOneRank(Layer &layer) {
  size_t rank = 0;
  for (mlir::Value input : layer.inputs())
    rank = std::max(rank, shapeOf(input).size());
  Values result;
  for (mlir::Value input : layer.inputs()) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (shape.size() < rank) {
      shape.insert(shape.empty() ? shape.begin() : shape.begin() + 1, rank - shape.size(), 1);
      MaybeValue expanded = layer.reshape(input, shape);
      if (failed(expanded))
        return {};
      input = *expanded;
    }
    result.push_back(input);
  }
  return result;
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
  Values inputs = ofOneRank(layer);
  if (inputs.empty())
    return failure();
  MaybeValue result = inputs.front();
  for (mlir::Value input : ArrayRef(inputs).drop_front())
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
  for (mlir::Value input : layer.inputs())
    if (shapeOf(input).size() != layer.inputShape().size())
      return layer.invalid("has inputs of shapes " + shapeText(layer.inputShape()) + " and " +
                           shapeText(shapeOf(input)) + ", expected equally many dimensions");
  int64_t axis = layer.axis("axis", -1);
  if (layer.failed())
    return failure();
  return layer.createTyped<graph::ConcatOp>(layer.elementType(), ValueRange(layer.inputs()), axis);
}

/// Dot: products of both inputs summed over one axis of each, for each entry of the batch.
static MaybeValue importDot(Layer &layer) {
  if (layer.inputs().size() != 2)
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 2");
  SmallVector<int64_t> axes = layer.oneOrMore("axes", {});
  bool isNormalized = layer.flag("normalize", false);
  if (layer.failed())
    return failure();
  if (axes.size() == 1)
    axes.push_back(axes[0]);
  std::string equation[2];
  Values operands;
  int64_t rest = 0;
  char next = 'c'; // a is the batch, b what is summed over
  for (int i = 0; i < 2; ++i) {
    MaybeValue operand = layer.inputs()[i];
    auto rank = static_cast<int64_t>(shapeOf(*operand).size());
    std::optional<int64_t> axis =
        axes.size() == 2 ? normalizedAxis(axes[i], rank) : std::optional<int64_t>();
    if (!axis || *axis == 0 || rank > 10)
      return layer.invalid("'axes' is " + shapeText(axes) + " for an input of shape " +
                           shapeText(shapeOf(*operand)));
    if (isNormalized)
      operand = unitNormalized(layer, operand, *axis);
    if (failed(operand))
      return failure();
    operands.push_back(*operand);
    for (int64_t d = 0; d < rank; ++d)
      equation[i] += d == 0 ? 'a' : d == *axis ? 'b' : next++;
    rest += rank - 2;
  }
  std::string result = "a";
  for (char letter = 'c'; letter < next; ++letter)
    result += letter;
  MaybeValue product = einsum(layer, equation[0] + "," + equation[1] + "->" + result, operands);
  return rest == 0 && succeeded(product) ? layer.reshape(product, {shapeOf(*product)[0], 1})
                                         : product;
}

void registerMerge(LayerTable &table) {
  table.add("Add", importChain<graph::AddOp>);
  table.add("Multiply", importChain<graph::MulOp>);
  table.add("Maximum", importChain<graph::MaximumOp>);
  table.add("Minimum", importChain<graph::MinimumOp>);
  table.add("Subtract", importSubtract);
  table.add("Average", importAverage);
  table.add("Concatenate", importConcatenate, Takes::kIntegers);
  table.add("Dot", importDot);
}

} // namespace tandem::keras
