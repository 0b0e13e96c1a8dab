#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Activation: https://keras.io/api/layers/core_layers/activation/
static MaybeValue importActivation(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  if (!layer.find("activation"))
    return layer.invalid("'activation' is absent, expected the name of a function");
  return applyActivation(layer, layer.input());
}

/// Softmax: https://keras.io/api/layers/activation_layers/softmax/
static MaybeValue importSoftmax(Layer &layer) {
  Values given = layer.tensorsIn(layer.argument(1, "mask")); // by its place, not by its name
  if (layer.inputs().size() != 1 + given.size())
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs, expected 1 and a mask");
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1);
  bool isRobust = layer.kerasMajor() >= 3 || layer.flag("robust_masking", false);
  if (failed(axes) || layer.failed())
    return failure();
  MaybeValue mask = given.empty() ? layer.mask(0) : given.front();
  if (!*mask)
    return softmaxOver(layer, layer.input(), *axes);
  if (!isa<FloatType>(layer.elementType()))
    return layer.unsupported("inputs of integers");
  if (Type type = getElementTypeOrSelf(*mask); !type.isInteger(1))
    mask = layer.compare<graph::GreaterOp>(mask, isa<FloatType>(type) ? 0.5 : 0);
  MaybeValue scores = keepVisible(layer, mask, layer.input(), isRobust);
  MaybeValue result = softmaxOver(layer, scores, *axes);
  return layer.kerasMajor() >= 3 ? keepWhere(layer, mask, result, 0) : result;
}

void registerActivation(LayerTable &table) {
  table.add("Activation", importActivation);
  table.add("Softmax", importSoftmax, Takes::kIntegers); // a mask may be some
}

} // namespace tandem::keras
