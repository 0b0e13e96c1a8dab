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
  if (!layer.hasOneInput())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1);
  if (failed(axes))
    return failure();
  return softmaxOver(layer, layer.input(), *axes);
}

void registerActivation(LayerTable &table) {
  table.add("Activation", importActivation);
  table.add("Softmax", importSoftmax);
}

} // namespace tandem::keras
