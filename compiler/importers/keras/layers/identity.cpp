#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Layers that only act in training.
static MaybeValue importIdentity(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  return layer.input();
}

void registerIdentity(LayerTable &table) {
  for (StringRef name :
       {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
        "Identity", "RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation",
        "RandomTranslation", "RandomZoom", "SpatialDropout2D", "StochasticDepth"})
    table.add(name, importIdentity);
}

} // namespace tandem::keras
